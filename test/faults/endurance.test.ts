import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { failureBody } from '../../shared/errors.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import {
  type FaultSide,
  invited,
  pong,
  type Reply,
  startFaultServer,
  tokenReply,
} from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { operationPath } from '../support/requests/paths.ts';
import { samples } from '../support/requests/write-samples.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { shortOrLong } from '../support/short-or-long.ts';

const seconds = shortOrLong(12, 900);
/** `ENDURANCE_SEED` repeats a run. */
const seed = Number(process.env.ENDURANCE_SEED ?? 20_260_130);
const accessKey = 'pbff_an-access-key-for-tests-only';
const mebibyte = 1024 * 1024;
/** The most connections of the BFF to one side: 64 kept ones and 64 new ones. */
const mostToOneSide = 128;
const callers = 40;

type Probe = { thread: number; held: number; rss: number; sockets: number };

/** Of twenty requests, eleven are answered well. */
function faultsOf(good: (random: () => number) => Reply, random: () => number): () => Reply {
  const page: Reply = { body: '<html>a page</html>', headers: { 'content-type': 'text/html' } };
  const faults: Reply[] = [
    { status: 401, body: { error: 'invalid_token' } },
    { status: 503, headers: { 'retry-after': '1' } },
    { ...page, status: 500 },
    { status: 429, headers: { 'retry-after': '1' } },
    page,
    { body: '{"cut', headers: { 'content-type': 'application/json' } },
    { body: {}, claimedLength: 500 },
    { status: 302, headers: { location: '/elsewhere' } },
    { body: 'x'.repeat(1024 * 1024 + 1) },
    { body: 'slow'.repeat(30), dripMs: 20 },
    { fault: 'hang' },
    { fault: 'reset-before-body' },
    { fault: 'reset-after-body' },
  ];
  return () => {
    if (random() < 0.55) return good(random);
    if (random() < 0.3) return { ...good(random), delayMs: random() * 200 };
    return faults[Math.floor(random() * faults.length)] ?? good(random);
  };
}

describe('a mixed load with faults at random', () => {
  it('leaves memory and sockets where they were, and nothing unhandled', async (test: TestContext) => {
    test.diagnostic(`${seconds} s, seed ${seed}`);
    const random = seededRandom(seed);
    await using partner = await startFaultServer();
    const api = faultsOf(() => ({}), random);
    partner.api.always(({ path }) => {
      const reply = api();
      if (reply.body !== undefined || (reply.status ?? 200) >= 300) return reply;
      return { ...reply, body: path === '/ping' ? pong : path === '/health' ? { status: 'ok' } : invited };
    });
    // Short lives and few good answers: stale, expired and failing all come up.
    partner.auth.always(
      faultsOf((any) => tokenReply(`token-${any()}`, { expires_in: 1 + any() * 4 }), random),
    );
    partner.api.resetIdleAfter(900);
    await using bff = await startBffProcess({
      NODE_OPTIONS: `--import=${new URL('../support/processes/memory-probe.ts', import.meta.url).href}`,
      BFF_ACCESS_KEY: accessKey,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      PARTNER_TIMEOUT_MS: '300',
      TOKEN_TIMEOUT_MS: '300',
      ...partnerVariables({ sandbox: partner }),
    });

    const dispatcher = new Agent({ connections: callers });
    const ends = new Map<string, number>();
    const count = (end: string) => void ends.set(end, (ends.get(end) ?? 0) + 1);
    const until = performance.now() + seconds * 1_000;
    const operations = ['ping', 'ping', 'health', 'createUser', 'createInvitation'] as const;

    async function call(): Promise<void> {
      const name = operations[Math.floor(random() * operations.length)] ?? 'ping';
      const isWrite = name === 'createUser' || name === 'createInvitation';
      const gone = random() < 0.03 ? AbortSignal.timeout(Math.ceil(random() * 50)) : undefined;
      try {
        const answer = await request(bff.url + operationPath(name, 'sandbox'), {
          dispatcher,
          method: isWrite ? 'POST' : 'GET',
          headers: { authorization: `Bearer ${accessKey}`, 'content-type': 'application/json' },
          ...(isWrite && { body: JSON.stringify(samples[name].least) }),
          ...(gone && { signal: gone }),
        });
        const text = await answer.body.text();
        if (answer.statusCode < 300) return count('success');
        const { error } = failureBody.parse(JSON.parse(text));
        assert.notEqual(error.code, 'INTERNAL', text);
        assert.equal(error.outcome !== undefined, isWrite, text);
        count(error.code);
      } catch (error) {
        if (!gone?.aborted) throw error;
        count('gone');
      }
    }
    async function keepCalling(): Promise<void> {
      while (performance.now() < until) {
        await call();
        await delay(random() * 60);
      }
    }
    async function keepLeaving(side: FaultSide): Promise<void> {
      while (performance.now() < until - 3_000) {
        await delay(1_000 + random() * 3_000);
        await side.leave();
        await delay(random() * 800);
        await side.comeBack();
      }
    }
    await Promise.all([
      ...Array.from({ length: callers }, keepCalling),
      keepLeaving(partner.api),
      keepLeaving(partner.auth),
    ]);
    await dispatcher.destroy();
    test.diagnostic(JSON.stringify(Object.fromEntries(ends)));

    // Idle connections are closed after four seconds.
    const end = performance.now() + 15_000;
    while (partner.api.connections.now > 0 && performance.now() < end) await delay(100);
    assert.deepEqual([partner.api.connections.now, partner.auth.connections.now], [0, 0]);
    assert(partner.api.connections.most <= mostToOneSide, `${partner.api.connections.most} to the API`);
    assert(partner.auth.connections.most <= mostToOneSide, `${partner.auth.connections.most} to auth`);

    const probes = [...bff.output().matchAll(/^probe (.+)$/gm)].map(
      ([, json]): Probe => JSON.parse(json ?? ''),
    );
    // The program's own, and the journal's.
    const threads = [...Map.groupBy(probes, ({ thread }) => thread).values()].map(heldMebibytes);
    const sockets = Math.max(...probes.map((probe) => probe.sockets));
    const rss = Math.max(...probes.map((probe) => probe.rss)) / mebibyte;
    test.diagnostic(
      `held ${threads.map(({ early, late }) => `${early.toFixed(1)}, then ${late.toFixed(1)}`).join(' and ')} MiB; at most ${sockets} sockets and ${rss.toFixed(0)} MiB resident`,
    );
    assert.equal(threads.length, 2);
    for (const { early, late } of threads) assert(late < early + 3, `${early} MiB grew to ${late} MiB`);
    // The callers' own, the two sides', the listening one, and those that are being closed.
    assert(sockets <= callers * 2 + 2 * mostToOneSide, `${sockets} sockets`);
    assert((ends.get('success') ?? 0) > 5 * seconds, JSON.stringify(Object.fromEntries(ends)));
    assert.equal(await bff.end(), 0, bff.output());
    assert.doesNotMatch(bff.output(), /unexpected error|nhandled|Warning/);
  });
});

/** What one thread holds in the middle of the run, and at its end: its first third is for what is loaded and compiled once. */
function heldMebibytes(probes: readonly Probe[]): { early: number; late: number } {
  const third = Math.floor(probes.length / 3);
  const held = (from: number, to: number) =>
    median(probes.slice(from, to).map((probe) => probe.held)) / mebibyte;
  return { early: held(third, 2 * third), late: held(2 * third, probes.length) };
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
