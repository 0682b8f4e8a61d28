import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { servePipelines } from '../../server/http/pipelines.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { until } from '../support/until.ts';

/** One connection, and everything that arrived over it. */
async function connectTo(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let arrived = '';
  socket.on('data', (bytes) => {
    arrived += bytes;
  });
  await once(socket, 'connect');
  return {
    socket,
    answers: () => arrived.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Every connection with its server's end. */
async function startServer(app: RequestListener, limits: { most: number; unreadMs: number }) {
  const server = createServer();
  servePipelines(server, app, limits);
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accepted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What Node's parser itself takes for as many requests as fit into what it reads at once is half of this. */
const mostMs = 100;

describe('requests that are sent before the answers to earlier ones', { timeout: 60_000 }, () => {
  for (const path of ['/', '/livez', '/openapi.json']) {
    it(`keep nobody else waiting: thousands at once, for ${path}`, async () => {
      await using bff = await startBffProcess({ BFF_LOCAL: 'true' }, { watchLoop: true });
      // The description of the API is built when somebody asks for it first.
      await fetch(`${bff.url}/openapi.json`).then((each) => each.text());
      const request = `GET ${path} HTTP/1.1\r\nHost:localhost\r\n\r\n`;
      // Node compiles what reads requests while the first thousands arrive.
      for (const time of ['first', 'second']) {
        await bff.heldMs();
        using connection = await connectTo(Number(new URL(bff.url).port));
        connection.socket.write(request.repeat(Math.floor(64_000 / request.length)));
        await once(connection.socket, 'close');
        assert.equal(connection.answers(), 8);
        const held = await bff.heldMs();
        if (time === 'second') assert(held <= mostMs, `${held} ms`);
      }
    });
  }

  it('are all answered where they are few, and over the same connection', async () => {
    await using server = await startServer((_request, response) => response.end(), {
      most: 3,
      unreadMs: 10_000,
    });
    using connection = await connectTo(server.port);
    for (const answers of [2, 4, 6]) {
      connection.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2));
      await until('both are answered', () => connection.answers() === answers);
    }
    assert(!connection.socket.destroyed);
  });
});

describe('a caller who does not read the answer', { timeout: 60_000 }, () => {
  it('loses the connection, which somebody else can use', async () => {
    const large = Buffer.alloc(32 * 1024 * 1024);
    await using server = await startServer((_request, response) => response.end(large), {
      most: 3,
      unreadMs: 100,
    });
    using connection = await connectTo(server.port);
    connection.socket.pause();
    connection.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the server has closed it', () => server.accepted[0]?.destroyed === true);
  });

  it('is not confused with one who waits long for the next answer', async () => {
    let answer = () => {};
    const app: RequestListener = (request, response) => {
      if (request.url === '/slow') answer = () => response.end();
      else response.end();
    };
    await using server = await startServer(app, { most: 3, unreadMs: 50 });
    using connection = await connectTo(server.port);
    connection.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the first is answered', () => connection.answers() === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    answer();
    await until('the second is answered', () => connection.answers() === 2);
  });
});
