import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeKey } from '../../../server/callers/key-format.ts';
import { sessionAnswer } from '../../../shared/environments.ts';
import { addKeys } from '../../support/bff/add-keys.ts';
import { type BffProcess, startBffProcess } from '../../support/bff/bff-process.ts';
import { access } from '../../support/bff/server-command.ts';
import { rawHead, rawRequest } from '../../support/network/raw-http.ts';
import { pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const call = (bff: BffProcess, key: string, path = '/api/session') =>
  fetch(bff.url + path, { headers: { authorization: `Bearer ${key}` } });
const statusOf = async (...args: Parameters<typeof call>) => (await call(...args)).status;

/** Asked again and again; most answers are 200, so that the limit on wrong keys plays no part. */
async function untilStatus(status: number, ...args: Parameters<typeof call>): Promise<void> {
  let seen = 0;
  const ask = async (): Promise<void> => {
    seen = await statusOf(...args);
  };
  let asked = ask();
  await until(`the answer is ${status}`, () => {
    asked = asked.then(() => (seen === status ? undefined : ask()));
    return seen === status;
  });
  await asked;
}

describe('an access key, while the BFF runs', { concurrency: 3, timeout: 60_000 }, () => {
  it('is added, used, rotated and removed without a restart, and its use is noted', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffProcess({
      ...partnerVariables({ sandbox: partner }),
      RATE_LIMIT_PER_MINUTE: '100000',
    });
    const { dataDirectory } = bff;
    // The command is called where nothing is configured.
    const run = async (...args: string[]) => {
      const { code, output, words } = await access(dataDirectory, ...args);
      assert.equal(code, 0, words);
      return output.trim();
    };

    const first = await run('add', 'ada-laptop', '--grant', 'sandbox:ping', '--force');
    await untilLogged(bff, 1);
    const session = sessionAnswer.parse(await (await call(bff, first)).json());
    assert.deepEqual([session.caller.id, session.grants], ['ada-laptop', ['sandbox:ping']]);
    assert.equal(await statusOf(bff, first, '/api/environments/sandbox/ping'), 200);
    assert.equal(await statusOf(bff, first, '/api/environments/sandbox/health'), 403);

    const second = await run('rotate', 'ada-laptop', '--keep', '1h');
    await untilLogged(bff, 2);
    assert.deepEqual([await statusOf(bff, first), await statusOf(bff, second)], [200, 200]);

    const third = await run('rotate', 'ada-laptop');
    await untilLogged(bff, 3);
    const all = [first, second, third].map((key) => statusOf(bff, key));
    assert.deepEqual(await Promise.all(all), [401, 401, 200]);

    // A call in progress is answered, and no further call begins.
    partner.api.next({ delayMs: 2_500, body: pong });
    const underWay = call(bff, third, '/api/environments/sandbox/ping');
    await until('the ping is under way', () => partner.api.count('/ping') === 2);
    await run('remove', 'ada-laptop');
    await untilStatus(401, bff, third, '/api/session');
    assert.equal(await statusOf(bff, third, '/api/environments/sandbox/ping'), 401);
    assert.equal((await underWay).status, 200);
    assert.equal(partner.api.count('/ping'), 2);

    // The first key is the owner's own, and no business of the file.
    const own = readFileSync(join(dataDirectory, 'access-key'), 'utf8').trim();
    assert.equal(await statusOf(bff, own), 200);
    const tool = await run('add', 'tool', '--grant', '*:*', '--force');
    await untilLogged(bff, 5);
    assert.equal(await statusOf(bff, tool), 200);
    assert.equal(await bff.end(), 0);
    assert.match(await run('list'), /^tool +key_\w+ +\*:\* +\S+ \S+ +never +\d{4}-\d\d-\d\d \d\d:\d\d/m);
    for (const key of [first, second, third, own, tool]) assert(!bff.output().includes(key));
  });

  it('expires by itself', async () => {
    await using bff = await startBffProcess({ BFF_LOCAL: 'true', RATE_LIMIT_PER_MINUTE: '100000' });
    const { output } = await access(
      bff.dataDirectory,
      'add',
      'brief',
      '--grant',
      '*:*',
      '--expires',
      '4s',
      '--force',
    );
    await untilLogged(bff, 1);
    assert.equal(await statusOf(bff, output.trim()), 200);
    await untilStatus(401, bff, output.trim());
    assert.match((await access(bff.dataDirectory, 'list')).output, /^brief .* expired +\d{4}-/m);
  });

  it('stays in force when the file is damaged, and the log says so', async () => {
    await using bff = await startBffProcess({ BFF_LOCAL: 'true' });
    const { output } = await access(bff.dataDirectory, 'add', 'ada', '--grant', '*:*', '--force');
    await untilLogged(bff, 1);
    writeFileSync(join(bff.dataDirectory, 'access.json'), '{"version": 1, "keys": [{');
    await until('the log tells of the damage', () => bff.output().includes('is damaged'));
    assert.match(bff.output(), /is damaged: it is not JSON\. .*The keys that were valid before stay valid/);
    assert.equal(await statusOf(bff, output.trim()), 200);
    assert.equal(await statusOf(bff, 'anything'), 401);
  });
});

describe('an access key that is guessed', { timeout: 60_000 }, () => {
  it('is looked at twenty times an address, well spelt or not, and the right one passes', async () => {
    using folder = temporaryFolder();
    const dataDirectory = folder.path;
    const { ada } = await addKeys(dataDirectory, { ada: ['*:*'] });
    await using bff = await startBffProcess({ BFF_LOCAL: 'true', BFF_DATA_DIR: dataDirectory });
    const guesses = Array.from({ length: 20 }, (_, each) =>
      each % 2 ? makeKey().reveal() : `${ada.slice(0, -2)}${String(each + 10)}`,
    );
    for (const guess of guesses) assert.equal(await statusOf(bff, guess), 401, guess);
    assert.equal(await statusOf(bff, makeKey().reveal()), 429);
    assert.equal(await statusOf(bff, ada), 200);
  });
});

describe('a BFF that is not on loopback', { timeout: 60_000 }, () => {
  it('starts with a key of the access file alone, and makes none for itself', async () => {
    using folder = temporaryFolder();
    const dataDirectory = folder.path;
    const { ada } = await addKeys(dataDirectory, { ada: ['*:*'] });
    await using bff = await startBffProcess({
      ...{ BFF_LOCAL: 'true', BFF_DATA_DIR: dataDirectory },
      ...{ HOST: '0.0.0.0', BFF_PUBLIC_URL: 'http://localhost:1' },
    });
    assert.match(bff.output(), /access key +the keys that you added/);
    const url = `http://127.0.0.1:${new URL(bff.url).port}`;
    const headers = { Host: 'localhost:1', Authorization: `Bearer ${ada}` };
    const { status, text } = await rawRequest(url, rawHead('/api/session', headers));
    assert.deepEqual([status, JSON.parse(text).caller.id], [200, 'ada']);
    assert.deepEqual(
      readdirSync(dataDirectory).filter((name) => name === 'access-key'),
      [],
    );
  });
});

/** So many times it was said that the access file's keys are now valid. */
function untilLogged(bff: BffProcess, times: number): Promise<void> {
  return until(`the access file was read ${times} times`, () => {
    return bff.output().split('its keys are now valid').length > times;
  });
}
