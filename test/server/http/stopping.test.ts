import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../../../server/error-code.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { pong, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';
import { until } from '../../support/until.ts';

const ping = '/api/environments/sandbox/ping';

/** A BFF that is to stop, and connections to it. */
async function startStopping() {
  await using stack = new AsyncDisposableStack();
  const partner = stack.use(await startFaultServer());
  const bff = stack.use(await startBffWith({ sandbox: partner }));
  const kept = stack.move();

  async function open(): Promise<Socket> {
    const socket = connect(Number(new URL(bff.url).port), '127.0.0.1').setEncoding('utf8');
    kept.defer(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  /** Sends a request over a connection, and gives its answer, of which the head and the body come in one piece. */
  async function ask(socket: Socket, path: string): Promise<string> {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bff.accessKey}\r\n\r\n`);
    return String(await once(socket, 'data'));
  }

  async function nobodyListens(): Promise<void> {
    for (;;) {
      try {
        (await open()).destroy();
      } catch (error) {
        if (errorCodeOf(error) === 'ECONNREFUSED') return;
        // One that was still on its way when the socket closed.
        assert.equal(errorCodeOf(error), 'ECONNRESET');
      }
    }
  }

  function beginUpload(socket: Socket, length: number): void {
    socket.write(
      `POST /api/environments/sandbox/documents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bff.accessKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n[`,
    );
  }

  return {
    partner,
    bff,
    open,
    ask,
    nobodyListens,
    beginUpload,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('stopping', () => {
  it('takes nothing new while it still answers what is under way, and tells that caller to go elsewhere', async () => {
    await using stopping = await startStopping();
    const { partner, bff, open, nobodyListens } = stopping;
    const held = Promise.withResolvers<Reply>();
    partner.api.next(() => held.promise);
    const silent = await open();
    const underWay = bff.call(ping);
    await until('a ping', () => partner.api.count('/ping') === 1);
    const stopped = bff.running.stop();
    await nobodyListens();
    // Longer than the grace that idle connections get.
    if (!silent.destroyed) await once(silent, 'close');
    held.resolve({ body: { ...pong, message: 'late' } });
    const answer = await underWay;
    assert.equal(answer.status, 200);
    assert.match(answer.text, /late/);
    assert.equal(answer.headers.get('connection'), 'close');
    await stopped;
  });

  it('is not ready from then on, and still answers on a connection that it has', async () => {
    await using stopping = await startStopping();
    const { bff, open, ask } = stopping;
    const socket = await open();
    assert.match(await ask(socket, '/readyz'), /^HTTP\/1\.1 200[\s\S]*"ready"/);
    const stopped = bff.running.stop();
    const answer = await ask(socket, '/readyz');
    assert.match(answer, /^HTTP\/1\.1 503[\s\S]*"shutting-down"/);
    assert.match(answer, /\r\nConnection: close\r\n/);
    await once(socket, 'close');
    await stopped;
  });

  it('carries out a call that arrives on a kept connection after it', async () => {
    await using stopping = await startStopping();
    const { bff, open, ask, nobodyListens } = stopping;
    const kept = await Promise.all(Array.from({ length: 20 }, open));
    await Promise.all(kept.map((socket) => ask(socket, '/livez')));
    const stopped = bff.running.stop();
    await nobodyListens();
    for (const answer of await Promise.all(kept.map((socket) => ask(socket, ping)))) {
      assert.match(answer, /^HTTP\/1\.1 200[\s\S]*\r\nConnection: close\r\n[\s\S]*Authorized/);
    }
    await stopped;
  });

  it('cuts nobody whose connection stands, though it is not taken in yet', async () => {
    await using stopping = await startStopping();
    const { bff, open, ask } = stopping;
    // Within one turn of the event loop: none of them can have been handed over when the signal comes.
    const callers = Array.from({ length: 50 }, open);
    await Promise.race(callers);
    const stopped = bff.running.stop();
    const answers = await Promise.all(callers.map(async (caller) => ask(await caller, '/livez')));
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 200/);
    await stopped;
  });

  it('waits for neither a connection that is idle nor one that never spoke', async () => {
    await using stopping = await startStopping();
    const { bff, open, ask } = stopping;
    const silent = await open();
    const idle = await open();
    const sockets = [silent, idle];
    await ask(idle, '/livez');
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
    const stopped = bff.running.stop();
    // Of the 20 s that a call may take, a grace of half a second.
    await until('all are closed', () => sockets.every(({ destroyed }) => destroyed));
    await Promise.all([closed, stopped]);
  });

  for (const [what, sent] of [
    ['half a request line', 'GET /liv'],
    ['half a header', 'GET /livez HTTP/1.1\r\nHost: local'],
    ['a header without its end', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n'],
  ] as const) {
    it(`does not wait for ${what}, whether first or after a request`, async () => {
      await using stopping = await startStopping();
      const { bff, open, ask } = stopping;
      const [first, second] = [await open(), await open()];
      await ask(second, '/livez');
      for (const socket of [first, second]) socket.write(sent);
      await delay(50);
      const stopped = bff.running.stop();
      await until('both are closed', () => first.destroyed && second.destroyed);
      await stopped;
    });
  }

  it('refuses an upload that has fallen silent, and says that nothing was sent', async () => {
    await using stopping = await startStopping();
    const { partner, bff, open, beginUpload } = stopping;
    const socket = await open();
    beginUpload(socket, 1_000);
    await delay(50);
    const stopped = bff.running.stop();
    const answer = String(await once(socket, 'data'));
    assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*\r\nConnection: close\r\n/);
    assert.match(answer, /"code":"SHUTTING_DOWN".*"outcome":"not_sent"/);
    await stopped;
    assert.deepEqual(partner.api.arrivals, []);
    const lines = bff.logLines.filter((line) => line.includes('submitDocument'));
    assert.equal(lines.length, 1);
    assert.match(String(lines[0]), /"status":503.*"code":"SHUTTING_DOWN"/);
  });

  it('waits for an upload that goes on', async () => {
    await using stopping = await startStopping();
    const { bff, open, beginUpload } = stopping;
    const socket = await open();
    beginUpload(socket, 11);
    const stopped = bff.running.stop();
    for (let piece = 0; piece < 10; piece += 1) {
      await delay(200);
      socket.write(piece < 9 ? ' ' : ']');
    }
    // Read to its end, and refused for what it holds.
    assert.match(String(await once(socket, 'data')), /^HTTP\/1\.1 400 [\s\S]*VALIDATION_ERROR/);
    await stopped;
  });

  it('lets a write finish whose caller has gone away', async () => {
    await using stopping = await startStopping();
    const { partner, bff, open } = stopping;
    let answered = false;
    partner.api.next(async () => {
      await delay(200);
      answered = true;
      return { status: 201 };
    });
    const body = JSON.stringify({
      identity: { email: 'a@example.edu', firstName: 'A', lastName: 'B', roleName: 'student' },
      externalReferences: [{ namespace: 'SIS', externalId: '1' }],
    });
    const socket = await open();
    socket.write(
      `POST /api/environments/sandbox/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bff.accessKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until('the write', () => partner.api.count('/v1/users') === 1);
    socket.destroy();
    await bff.running.stop();
    // The program ends after this: anything that is not done by now never will be.
    assert(answered);
    await until('Pearsana has answered', () => partner.api.connections.now === 0);
    assert.equal(partner.api.connections.cut, 0);
  });
});
