import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/free-port.ts';
import { type BffProcess, startBffProcess } from '../support/bff/bff-process.ts';
import { callConstantly } from '../support/constant-load.ts';
import { pong, startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';

const accessKey = 'pbff_an-access-key-for-tests-only';
const perSecond = 200;

/** A BFF that stops closes connections that have brought nothing for this long. */
const idleGraceMs = 500;

type Lost = { path: string; why: string };

test('SIGTERM at 200 calls a second', async (t) => {
  await using partner = await startFaultServer();
  // Long enough that some are under way whenever the signal comes.
  partner.api.always(({ path }) => ({ body: path === '/ping' ? pong : { status: 'ok' }, delayMs: 25 }));

  const start = (port: number): Promise<BffProcess> =>
    startBffProcess({
      PORT: String(port),
      BFF_ACCESS_KEY: accessKey,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'warn',
      ...partnerVariables({ sandbox: partner }),
    });

  let resets = 0;
  const lastUse = new WeakMap<Socket, number>();

  /**
   * One call. It comes again, as a balancer would bring it to another, where nobody listens, and where its connection is
   * reset before an answer: a socket that stops to listen resets what the system accepted for it in that moment, and a
   * connection may be closed in the moment of its next request. It resolves with what it lost.
   */
  async function call(port: number, agent: Agent): Promise<Lost | undefined> {
    const path = '/api/environments/sandbox/ping';
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const sent = request({
        port,
        path,
        agent,
        host: '127.0.0.1',
        headers: { authorization: `Bearer ${accessKey}` },
      });
      sent.end();
      const sentAt = performance.now();
      try {
        const [response] = await once(sent, 'response');
        const { socket } = response;
        response.resume();
        await once(response, 'end');
        lastUse.set(socket, performance.now());
        return response.statusCode === 200 ? undefined : { path, why: `status ${response.statusCode}` };
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
        // On a busy machine, this process may not have used its connection for long enough to lose it.
        const unusedMs = sent.socket ? sentAt - (lastUse.get(sent.socket) ?? sentAt) : 0;
        if (code === 'ECONNRESET') resets += unusedMs < idleGraceMs ? 1 : 0;
        else if (code !== 'ECONNREFUSED') return { path, why: `${code}` };
        await delay(25);
      }
    }
    return { path, why: 'refused for too long' };
  }

  await t.test('loses none while another process takes the port over, and ends with 0', async () => {
    const port = await freePort();
    let bff = await start(port);
    // Kept connections, each used every 50 ms, and one call in twenty over a connection of its own.
    const kept = Array.from({ length: 10 }, () => new Agent({ keepAlive: true, maxSockets: 4 }));
    const single = new Agent({ keepAlive: false });
    let calls: (Lost | undefined)[] = [];
    const load = callConstantly(perSecond, (turn) =>
      call(port, turn % 20 === 0 ? single : (kept[turn % kept.length] ?? single)),
    );
    try {
      for (let restart = 0; restart < 2; restart += 1) {
        await delay(600);
        const ended = bff.end();
        // The old one still answers what it has; the new one can listen as soon as that has stopped to.
        const next = await startAgain(port);
        assert.equal(await ended, 0, bff.output());
        await bff[Symbol.asyncDispose]();
        bff = next;
      }
      await delay(600);
    } finally {
      calls = await load.end();
    }
    const lost = calls.filter((each) => each !== undefined);
    for (const agent of [...kept, single]) agent.destroy();
    assert.equal(await bff.end(), 0);
    await bff[Symbol.asyncDispose]();
    assert.deepEqual(lost, []);
    // Whatever reached the BFF was answered: of a call that was cut and came again, Pearsana would have seen two.
    assert.equal(partner.api.count('/ping'), calls.length);
    assert(resets < calls.length / 100, `${resets} connections of ${calls.length} were reset`);
    assert(calls.length > 2 * perSecond, `${calls.length} calls`);
  });

  /** A start takes longer than it takes the old one to stop listening, but nothing promises that. */
  async function startAgain(port: number): Promise<BffProcess> {
    for (;;) {
      try {
        return await start(port);
      } catch (error) {
        if (!String(error).includes('is in use')) throw error;
      }
    }
  }
});
