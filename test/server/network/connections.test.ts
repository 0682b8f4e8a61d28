import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { createConnections } from '../../../server/network/connections.ts';

/** Somebody who counts who comes, and talks to nobody. */
async function startCounting(host: string) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    count: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a proxy', () => {
  for (const [listensAt, host] of [
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
    ['127.0.0.2', '127.0.0.2'],
    ['127.9.8.7', '127.9.8.7'],
    ['::1', '[::1]'],
  ] as const) {
    it(`is not asked for ${host}, which is this machine`, async (t) => {
      const started = await startCounting(listensAt).catch(() => undefined);
      if (!started) return t.skip(`this machine does not listen at ${listensAt}`);
      await using here = started;
      await using proxy = await startCounting('127.0.0.1');
      const connections = createConnections({ url: `http://127.0.0.1:${proxy.port}`, except: 'a.example' });
      for (const dispatcher of [connections.kept, connections.fresh]) {
        const asked = dispatcher.request({
          origin: `https://${host}:${here.port}`,
          path: '/',
          method: 'GET',
        });
        await assert.rejects(asked);
      }
      await connections.close(0);
      assert.deepEqual([here.count() >= 2, proxy.count()], [true, 0]);
    });
  }

  it('is asked for everybody else, except whom it is told to leave out', async () => {
    await using proxy = await startCounting('127.0.0.1');
    const connections = createConnections({
      url: `http://127.0.0.1:${proxy.port}`,
      except: 'left-out.invalid',
    });
    const get = (origin: string) => connections.fresh.request({ origin, path: '/', method: 'GET' });
    await assert.rejects(get('https://left-out.invalid'));
    assert.equal(proxy.count(), 0);
    for (const host of ['pearsana.invalid', '127.0.0.1.invalid', '128.0.0.1'])
      await assert.rejects(get(`https://${host}`));
    await connections.close(0);
    assert.equal(proxy.count(), 3);
  });
});
