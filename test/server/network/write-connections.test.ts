import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { invited, pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples, type WriteName, writeNames } from '../../support/requests/write-samples.ts';
import { until } from '../../support/until.ts';

/** What a server sees below HTTP: on which connection a request came, and whether its whole answer was read. */
type Seen = { path: string; socket: Socket; end?: 'taken' | 'cut' };

test('the connections of writes', async (t) => {
  const seen: Seen[] = [];
  let delayMs = 0;
  let resetSecond = false;
  await using server = createServer(async (request, response) => {
    const { socket, url: path = '' } = request;
    const isSecond = seen.some((each) => each.socket === socket);
    const one: Seen = { path, socket };
    seen.push(one);
    // As when a peer closes an idle connection at the moment at which somebody uses it again.
    if (isSecond && resetSecond) {
      socket.resetAndDestroy();
      return;
    }
    response.once('close', () => {
      one.end = response.writableFinished ? 'taken' : 'cut';
    });
    for await (const _ of request);
    await delay(delayMs);
    const body = JSON.stringify(path === '/ping' ? pong : invited);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using auth = await startFaultServer();
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const unlimited = { RATE_LIMIT_PER_MINUTE: '100000' };
  await using bff = await startBffWith({ sandbox: { ...auth, apiUrl } }, unlimited);
  t.afterEach(() => {
    seen.length = 0;
    delayMs = 0;
    resetSecond = false;
  });

  const init = (name: WriteName) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(samples[name].least),
  });
  const write = (name: WriteName) => bff.call(operationPath(name, 'sandbox'), init(name));
  const ping = () => bff.call(operationPath('ping', 'sandbox'));

  await t.test('are as many as there are writes, while reads share one', async () => {
    for (const name of [...writeNames, ...writeNames]) assert.equal((await write(name)).status, 200);
    assert.equal(new Set(seen.map(({ socket }) => socket)).size, 2 * writeNames.length);
    await until('each is closed after its one request', () => seen.every(({ socket }) => socket.destroyed));
    seen.length = 0;
    for (let each = 0; each < 3; each += 1) assert.equal((await ping()).status, 200);
    assert.equal(new Set(seen.map(({ socket }) => socket)).size, 1);
  });

  await t.test(
    'are never ones that stood idle: a partner that closes those makes no write unknown',
    async () => {
      await ping();
      resetSecond = true;
      for (let each = 0; each < 5; each += 1) {
        for (const name of writeNames) {
          const answer = await write(name);
          assert.equal(answer.status, 200, answer.text);
        }
      }
    },
  );

  await t.test('are as many as there are writes at once', async () => {
    delayMs = 20;
    const answers = await Promise.all([...Array(10)].flatMap(() => writeNames.map(write)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(seen.length, answers.length);
    assert.equal(new Set(seen.map(({ socket }) => socket)).size, answers.length);
  });

  /** Calls, goes away once the request has arrived at Pearsana, and tells how that ended. */
  async function goneFrom(path: string, sent: RequestInit): Promise<Seen['end']> {
    delayMs = 100;
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${bff.accessKey}`, ...(sent.headers as Record<string, string>) };
    const call = fetch(bff.url + path, { ...sent, headers, signal: gone.signal });
    await until('it arrives at Pearsana', () => seen.length === 1);
    gone.abort();
    await assert.rejects(call, { name: 'AbortError' });
    await until('it ends there', () => seen[0]?.end !== undefined);
    // Time for a second one, were there any.
    await delay(50);
    assert.equal(seen.length, 1);
    return seen[0]?.end;
  }

  for (const name of writeNames) {
    await t.test(`outlive a caller that goes away: ${name} is done once`, async () => {
      assert.equal(await goneFrom(operationPath(name, 'sandbox'), init(name)), 'taken');
    });
  }

  await t.test('outlive a caller, but those of reads end with him', async () => {
    assert.equal(await goneFrom(operationPath('ping', 'sandbox'), {}), 'cut');
  });
});
