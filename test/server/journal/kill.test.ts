// The BFF is killed at random moments while users are created, with retries under the same keys, and with each kill its wall
// clock goes astray or comes back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '../../../shared/client.ts';
import { ClientError } from '../../../shared/client-error.ts';
import { type BffProcess, startBffProcess } from '../../support/bff/bff-process.ts';
import { clockJumps, createLyingClock } from '../../support/bff/lying-clock.ts';
import { type Arrived, type FaultServer, startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { shortOrLong } from '../../support/short-or-long.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const creates = shortOrLong(200, 2_000);
/** `KILL_SEED` repeats a run. */
const seed = Number(process.env.KILL_SEED ?? 20_260_130);
const createsAKill = 40;
const atOnce = 12;
const accessKey = 'pbff_an-access-key-for-tests-only';

type Told = 'succeeded' | 'unknown';

describe(`a BFF that is killed while it creates ${creates} users`, { timeout: 120_000 }, () => {
  it('creates each once or says that it is unknown, and once a person has looked, each is there once', async (t) => {
    const started = performance.now();
    const random = createRandom(seed);
    await using partner = await startFaultServer();
    const arrived = countArrivals(partner, random);
    using folder = temporaryFolder();
    await using bff = await startKilled(partner, folder.path);
    const counts = { retries: 0, replays: 0, inProgress: 0 };

    /** Asks until it has been told what became of it, with one key. */
    async function create(number: number): Promise<Told> {
      for (;;) {
        try {
          const client = await bff.client();
          // Now and then a caller loses patience, and with it the answer.
          const signal = random(4) === 0 ? { signal: AbortSignal.timeout(1 + random(15)) } : {};
          const { replayed } = await client.createUser({ ...creation(number), ...signal });
          if (replayed) counts.replays += 1;
          return 'succeeded';
        } catch (error) {
          assert(error instanceof ClientError, String(error));
          if (error.failure?.code === 'OUTCOME_UNKNOWN') return 'unknown';
          if (error.failure?.code === 'IDEMPOTENCY_IN_PROGRESS') counts.inProgress += 1;
          else assert.match(error.reason, /^(unreachable|cancelled)$/, error.message);
          counts.retries += 1;
          await delay(random(20));
        }
      }
    }

    const killing = bff.killNowAndThen(() => arrived.total(), random);
    const told = await inTurns(creates, create);
    await killing.stop();

    // Counted before anybody looks.
    const of = (what: Told) => told.flatMap((each, number) => (each === what ? [number] : []));
    const unknown = of('unknown');
    assert.deepEqual(
      arrived.counts.map((count) => count > 1),
      told.map(() => false),
      'One was doubled.',
    );
    for (const number of of('succeeded')) assert.equal(arrived.counts[number], 1, `${number} was lost.`);
    const unknownArrived = unknown.filter((number) => arrived.counts[number] === 1);

    // A person looks at Pearsana, says what is so, and the same keys are used once more.
    const client = await bff.client();
    const open = (await allActivity(client)).filter(({ state }) => state === 'unknown');
    assert.equal(open.length, unknown.length);
    for (const { id, externalReferences } of open) {
      const number = Number(externalReferences[0]?.externalId);
      await client.resolve({ environment: 'sandbox', id, happened: arrived.counts[number] === 1 });
    }
    const replaysBefore = counts.replays;
    for (const number of told.keys()) {
      const again = await client.createUser(creation(number)).then(
        () => 'succeeded',
        (error: ClientError) => error.failure?.code,
      );
      assert.equal(again, unknownArrived.includes(number) ? 'OUTCOME_KNOWN' : 'succeeded');
    }
    assert.deepEqual(
      arrived.counts,
      told.map(() => 1),
    );

    t.diagnostic(
      `seed ${seed}: ${creates} creates, ${killing.count()} kills; told succeeded ${of('succeeded').length}, unknown ${unknown.length} (${unknownArrived.length} had arrived, ${unknown.length - unknownArrived.length} had not); arrivals ${arrived.total()} once all were resolved; ${counts.retries} retries, ${counts.inProgress} told in progress, ${replaysBefore} replayed; 0 lost, 0 doubled; ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    assert(killing.count() >= creates / createsAKill / 2);
    assert(unknown.length > 0 && replaysBefore > 0);
  });
});

const creation = (number: number) => ({
  environment: 'sandbox',
  idempotencyKey: `create-${number}`,
  request: {
    identity: { email: `p${number}@example.com`, firstName: 'A', lastName: 'B', roleName: 'student' },
    externalReferences: [{ namespace: 'SIS', externalId: String(number) }],
  },
});

/** A partner that takes a while, and counts each person when the request is there, whether it is ever answered. */
function countArrivals(partner: FaultServer, random: (below: number) => number) {
  const counts: number[] = Array.from({ length: creates }, () => 0);
  const total = () => counts.reduce((sum, each) => sum + each, 0);
  partner.api.always(({ body }: Arrived) => {
    const number = Number(JSON.parse(body).externalReferences[0].externalId);
    counts[number] = (counts[number] ?? 0) + 1;
    return { status: 201, body: { user: { userId: `usr_${number}` } }, delayMs: random(12) };
  });
  return { counts, total };
}

/** A BFF that is started again whenever it was killed, with the same data. */
async function startKilled(partner: FaultServer, data: string) {
  const clock = createLyingClock(data);
  const start = () =>
    startBffProcess({
      ...clock.variables,
      BFF_DATA_DIR: data,
      BFF_ACCESS_KEY: accessKey,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'warn',
      ...partnerVariables({ sandbox: partner }),
    });
  let stopped = false;
  let killing: Promise<void> | undefined;
  let running: Promise<BffProcess> = start();
  await running;
  const kill = async () => {
    const killed = await running;
    running = Promise.resolve(killed[Symbol.asyncDispose]()).then(start);
    await running;
  };

  return {
    client: async () => createClient({ baseUrl: (await running).url, accessKey }),
    /** After so many arrivals, more or less, and then within some milliseconds. */
    killNowAndThen(arrivals: () => number, random: (below: number) => number) {
      let kills = 0;
      killing = (async () => {
        while (!stopped) {
          const next = arrivals() + createsAKill / 2 + random(createsAKill);
          while (!stopped && arrivals() < next) await delay(1);
          await delay(random(15));
          if (stopped) return;
          clock.set(clockJumps[kills % clockJumps.length] ?? 0);
          await kill();
          kills += 1;
        }
      })();
      const stop = () => {
        stopped = true;
        return killing;
      };
      return { count: () => kills, stop };
    },
    /** A test that fails leaves nothing running either. */
    async [Symbol.asyncDispose]() {
      stopped = true;
      await killing;
      await (await running)[Symbol.asyncDispose]();
    },
  };
}

async function inTurns<Result>(count: number, run: (number: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const work = async () => {
    for (const number of numbers) results[number] = await run(number);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

async function allActivity(client: Client) {
  const all: Awaited<ReturnType<Client['activity']>>['activity'] = [];
  let before: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['activity']>> = await client.activity({
      environment: 'sandbox',
      ...(before !== null && { before }),
    });
    all.push(...page.activity);
    before = page.next;
  } while (before !== null);
  return all;
}

/** Whole numbers from 0 below a bound, the same for one seed (mulberry32). */
function createRandom(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
