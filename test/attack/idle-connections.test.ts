import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { limitConnections } from '../../server/http/open-connections.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { until } from '../support/until.ts';

const request = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Opens connections to a port, and closes all of them together. */
function connectionsTo(port: number) {
  const sockets: Socket[] = [];
  return {
    async open(first = ''): Promise<Socket> {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      if (first) socket.write(first);
      return socket;
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function ask(socket: Socket): Promise<string> {
  socket.write(request);
  return String(await once(socket, 'data'));
}

describe('idle connections', { timeout: 60_000 }, () => {
  it('use up neither file descriptors nor connections: new requests are still answered', async () => {
    await using bff = await startBffProcess({ BFF_LOCAL: 'true' }, { mostDescriptors: 200 });
    using connections = connectionsTo(Number(new URL(bff.url).port));
    const { open } = connections;
    for (let each = 0; each < 400; each += 1) {
      await open(['', 'GET /livez HTTP/1.1\r\nHost: loc', request][each % 3]);
      if (each % 50 === 0) assert.match(await ask(await open()), /^HTTP\/1\.1 200/);
    }
    assert.match(await ask(await open()), /^HTTP\/1\.1 200/);
    // The BFF still has file descriptors for its files, and for calls to Pearsana.
    const headers = { authorization: `Bearer ${bff.output().match(/pbff_\w+/)?.[0]}` };
    const response = await fetch(`${bff.url}/api/environments/local/ping`, { headers });
    assert.equal(response.status, 401, await response.text());
    assert.equal(await bff.end(), 0);
  });
});

/** A server that accepts three connections, and a function that opens connections to it. */
async function startLimited() {
  await using stack = new AsyncDisposableStack();
  let answer = () => {};
  const server = createServer((incoming, response) => {
    if (incoming.url === '/slow') answer = () => response.end();
    else response.end();
  });
  const { underWay } = limitConnections(server, 3);
  stack.use(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { open } = stack.use(connectionsTo((server.address() as AddressInfo).port));
  const kept = stack.move();
  return {
    open,
    underWay,
    /** Answers the last request for `/slow`. */
    answer: () => answer(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('the limit on connections', () => {
  it('closes a connection that never brought a request, however old the others are', async () => {
    await using limited = await startLimited();
    const { open } = limited;
    const used = await open();
    await ask(used);
    const [silent, half] = [await open(), await open('GET / HT')];
    await ask(await open());
    await until('the silent one is closed', () => silent.destroyed);
    await ask(await open());
    await until('the half one is closed', () => half.destroyed);
    assert(!used.destroyed);
  });

  it('closes the connection that was used longest ago if each has brought a request', async () => {
    await using limited = await startLimited();
    const { open } = limited;
    const [first, second, third] = [await open(), await open(), await open()];
    for (const socket of [first, second, third, first]) await ask(socket);
    await ask(await open());
    await until('the second is closed', () => second.destroyed);
    assert(!first.destroyed && !third.destroyed);
  });

  it('never closes a connection whose request is being answered, and refuses a new one instead', async () => {
    await using limited = await startLimited();
    const { open, underWay, answer } = limited;
    const busy = await Promise.all([1, 2, 3].map(() => open()));
    for (const socket of busy) socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('all are busy', () => underWay().length === 3);
    const turnedAway = await open(request);
    await until('the fourth is turned away', () => turnedAway.destroyed);
    answer();
    assert.match(String(await Promise.race(busy.map((socket) => once(socket, 'data')))), /^HTTP\/1\.1 200/);
    assert(busy.every((socket) => !socket.destroyed));
  });
});
