import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { samples } from '../support/requests/write-samples.ts';
import { until } from '../support/until.ts';

const key = 'pbff_an-access-key-for-tests-only';
const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'x'.repeat(120) };

describe('a standard output that nobody reads', () => {
  it('stops no request, and SIGTERM still ends the BFF', { timeout: 60_000 }, async () => {
    await using bff = await startBffProcess({ BFF_ACCESS_KEY: key, RATE_LIMIT_PER_MINUTE: '1000000' });
    bff.stopReading();
    // This logs about 500 KB of lines, far more than a pipe can hold.
    for (let round = 0; round < 60; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => fetch(`${bff.url}/api/session`, { headers })),
      );
      for (const answer of answers) {
        assert.equal(answer.status, 200);
        await answer.arrayBuffer();
      }
    }
    const ended = bff.end();
    bff.readOn();
    assert.equal(await ended, 0);
  });

  it('does not keep the BFF from ending while it stays unread', { timeout: 60_000 }, async () => {
    const program = `
      import { createLog } from ${JSON.stringify(import.meta.resolve('../../server/log.ts'))};
      const log = createLog('info');
      for (let line = 0; line < 20_000; line += 1) log.warn('unread ' + line);
      process.on('SIGTERM', () => process.exit(0));
      setInterval(() => log.warn('more'), 1);
      process.stderr.write('full');`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    child.stdout.destroy();
  });

  it('gets every line, except those that are reported as lost, once it is read again', {
    timeout: 60_000,
  }, async () => {
    const lines = 30_000;
    const program = `
      import { createLog } from ${JSON.stringify(import.meta.resolve('../../server/log.ts'))};
      const log = createLog('info');
      for (let line = 0; line < ${lines}; line += 1) log.warn('number ' + line);
      process.stderr.write('full');
      process.stdin.once('data', () => {
        log.warn('the last one');
        process.stdin.destroy();
        setTimeout(() => {}, 1_000);
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    await once(child.stderr, 'data');
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await until('lines were told to be lost', () => text.includes('were lost'), 10_000);
    child.stdin.write('go on');
    await once(child, 'close');
    const read = text
      .trim()
      .split('\n')
      .map((line): { msg: string; lost?: number; level: number } => JSON.parse(line));
    const numbers = read.flatMap(({ msg }) => /^number (\d+)$/.exec(msg)?.[1] ?? []).map(Number);
    const lost = read.reduce((sum, line) => sum + (line.lost ?? 0), 0);
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => index),
      'The lines must be in order, without a gap.',
    );
    assert.equal(numbers.length + lost, lines);
    assert(lost > 0);
    assert.equal(read.at(-1)?.msg, 'the last one');
    const [told] = read.filter((line) => line.lost !== undefined);
    assert.equal(told?.level, 'warn');
    assert.match(String(told?.msg), new RegExp(`^${lost} lines were lost`));
  });

  it('does not stop writes if the journal is written to it too', {
    timeout: 60_000,
  }, async () => {
    await using bff = await startBffProcess({
      ...{ BFF_ACCESS_KEY: key, RATE_LIMIT_PER_MINUTE: '1000000', BFF_LOCAL: 'true', BFF_JOURNAL: 'stdout' },
    });
    bff.stopReading();
    for (let each = 0; each < 300; each += 1) {
      const answer = await fetch(`${bff.url}/api/environments/local/users`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'L', roleName: 'student' },
          externalReferences: Array.from({ length: 10 }, (_, index) => ({
            namespace: `N${index}`,
            externalId: `${each}`,
          })),
        }),
      });
      assert.equal(answer.status, 201, await answer.text());
    }
    const ended = bff.end();
    bff.readOn();
    assert.equal(await ended, 0);
  });
});

describe('a standard output that is closed', () => {
  it('stops neither requests nor writes, even if the journal is written to it too', {
    timeout: 60_000,
  }, async () => {
    await using bff = await startBffProcess({
      ...{ BFF_ACCESS_KEY: key, BFF_LOCAL: 'true', BFF_JOURNAL: 'stdout' },
    });
    bff.closeOutput();
    for (let each = 0; each < 5; each += 1) {
      const answer = await fetch(`${bff.url}/api/environments/local/users`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(samples.createUser.least),
      });
      assert.equal(answer.status, 201, await answer.text());
      // This wait is long enough for the collected lines to be written.
      await delay(150);
    }
    assert.equal((await fetch(`${bff.url}/api/session`, { headers })).status, 200);
    assert.equal(await bff.end(), 0);
  });
});
