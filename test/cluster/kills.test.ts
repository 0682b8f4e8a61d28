// Load on three instances and a partner with faults, while instances and PostgreSQL are killed, stopped, suspended past the
// lease and started again. Counted at the partner, by person. `npm run test:cluster` is the long form.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { activityAnswer } from '../../shared/activity.ts';
import { type Failure, failureBody } from '../../shared/errors.ts';
import { type Cluster, type Instance, startCluster } from '../support/cluster/cluster.ts';
import { hasPgbouncer, startPgbouncer } from '../support/cluster/pgbouncer.ts';
import {
  type Arrived,
  type FaultServer,
  type Reply,
  startFaultServer,
} from '../support/partner/fault-server.ts';
import { noPostgres } from '../support/postgres/new-database.ts';
import { activityPath, operationPath } from '../support/requests/paths.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { shortOrLong } from '../support/short-or-long.ts';
import { until } from '../support/until.ts';
import { testSuspended } from './suspended-suite.ts';

const seconds = shortOrLong(19, 600);
const isLong = shortOrLong(0, 1) === 1;
/** `CLUSTER_SEED` repeats a run, as far as processes can be repeated. */
const seed = Number(process.env.CLUSTER_SEED ?? 20_260_130);
const partnerTimeoutMs = 400;
/** A write waits for its journal, a token and Pearsana, each at most about a second here. */
const boundMs = 6_000;
const leaseMs = 15_000;
const workers = 12;
/** How long a worker rests at most between two writes: some hundred writes a second leave a small machine room for the rest. */
const longestRestMs = 200;
const mebibyte = 1024 * 1024;

type Random = (below: number) => number;
type End = 'succeeded' | 'refused' | 'unknown' | 'never ended';

/** What Pearsana carried out, by person. */
function countAtPartner(partner: FaultServer, random: Random) {
  const done = new Map<number, number>();
  partner.api.always(({ path, body }: Arrived): Reply => {
    if (path !== '/v1/users') return { body: { status: 'ok' } };
    const number = Number(JSON.parse(body).externalReferences[0].externalId);
    const drawn = random(1_000);
    if (drawn < 15) return { status: 400, body: { error: { code: 'SAID', message: 'No.', requestId: 'p' } } };
    done.set(number, (done.get(number) ?? 0) + 1);
    if (drawn < 25) return { fault: 'hang' };
    if (drawn < 35) return { fault: 'reset-after-body' };
    if (drawn < 45) return { status: 500 };
    return { status: 201, body: { user: { userId: 'usr_1' } }, delayMs: random(15) };
  });
  return done;
}

/** How the load went. */
type Counts = {
  writes: number;
  /** The longest that a call took, in milliseconds, at an instance that could run. */
  slowest: number;
  /** How many were found not to have happened. */
  resolved: number;
  /** Those of which an answer was lost. */
  lost: Set<number>;
  answers: Record<string, number>;
  ends: Record<string, number>;
  chaos: Record<string, number>;
};

/** Creates the user with this number, and tries again as a client with the same key, until it is told how that ended. */
async function create(
  number: number,
  { instances }: Cluster,
  { random, counts, isOver, disturbed }: Load,
): Promise<End> {
  while (!isOver()) {
    // A load balancer sends little to an instance that does not answer.
    const up = instances.filter((each) => !disturbed(each, performance.now()));
    const asked = up.length === 0 || random(50) === 0 ? instances : up;
    const instance = asked[random(asked.length)] as Instance;
    const begun = performance.now();
    const answer = await instance
      .call(operationPath('createUser', 'sandbox'), {
        method: 'POST',
        timeoutMs: boundMs,
        headers: { 'content-type': 'application/json', 'idempotency-key': `user-${number}` },
        body: JSON.stringify(bodyOf(number)),
      })
      .catch((error: Error) => error);
    const tookMs = performance.now() - begun;
    const failure = answer instanceof Error ? undefined : failureOf(answer.text);
    const word =
      answer instanceof Error
        ? `lost (${answer.name})`
        : failure
          ? `${failure.code}${failure.outcome ? `, ${failure.outcome}` : ''}`
          : `${answer.status}`;
    counts.answers[word] = (counts.answers[word] ?? 0) + 1;
    // Nobody can bound what a process does that does not run.
    if (!disturbed(instance, begun)) counts.slowest = Math.max(counts.slowest, tookMs);
    if (answer instanceof Error) counts.lost.add(number);
    if (!(answer instanceof Error) && answer.status === 201) return 'succeeded';
    // Somebody has found out meanwhile that it happened.
    if (failure?.code === 'OUTCOME_KNOWN') return 'succeeded';
    if (failure?.code === 'OUTCOME_UNKNOWN' || failure?.outcome === 'unknown') return 'unknown';
    if (failure?.outcome === 'refused') return 'refused';
    await delay(20 + random(150));
  }
  return 'never ended';
}

type Load = {
  random: Random;
  counts: Counts;
  isOver: () => boolean;
  /** Whether an instance was killed, suspended or on its way since then. */
  disturbed: (instance: Instance, since: number) => boolean;
};

const bodyOf = (number: number) => ({
  identity: { email: `p${number}@example.edu`, firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
  externalReferences: [{ namespace: 'SIS', externalId: String(number) }],
});

function failureOf(text: string): Failure | undefined {
  const parsed = failureBody.safeParse(JSON.parse(text || '{}'));
  return parsed.success ? parsed.data.error : undefined;
}

/** A person who looks at Pearsana and resolves what is unknown. @returns the numbers that did not happen. */
async function resolveSome(instance: Instance, done: ReadonlyMap<number, number>): Promise<number[]> {
  const answer = await instance.call(`${activityPath('sandbox')}?state=unknown`, { timeoutMs: boundMs });
  if (answer.status !== 200) return [];
  const { activity } = activityAnswer.parse(answer.body);
  const free: number[] = [];
  for (const { id, externalReferences } of activity) {
    const number = Number(externalReferences[0]?.externalId);
    const happened = done.has(number);
    const resolved = await instance.call(`${activityPath('sandbox')}/${id}/resolve`, {
      ...{ method: 'POST', timeoutMs: boundMs },
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ happened }),
    });
    if (resolved.status === 200 && !happened) free.push(number);
  }
  return free;
}

/** None may end by itself. */
function assertRuns({ bff }: Instance): void {
  assert(bff.isRunning(), `A BFF has ended, although nobody ended it: ${bff.output().slice(-4_000)}`);
}

/** What befalls the instances and the database. */
function createChaos({ postgres }: Cluster, random: Random, counts: Counts) {
  const disturbedUntil = new Map<unknown, number>();
  async function befall(whom: unknown, what: string, run: () => Promise<void>): Promise<void> {
    if (disturbedUntil.get(whom) === Number.POSITIVE_INFINITY) return;
    counts.chaos[what] = (counts.chaos[what] ?? 0) + 1;
    disturbedUntil.set(whom, Number.POSITIVE_INFINITY);
    await run();
    disturbedUntil.set(whom, performance.now());
  }
  const befallInstance = (instance: Instance, what: string, run: () => Promise<void>) =>
    befall(instance, what, () => {
      assertRuns(instance);
      return run();
    });
  const suspend = (instance: Instance, what: string, ms: number) =>
    befallInstance(instance, what, async () => {
      instance.bff.freeze();
      await delay(ms);
      instance.bff.thaw();
      await delay(500);
    });
  const startAgain = async (end: () => Promise<unknown>, start: () => Promise<void>) => {
    await end();
    await delay(random(600));
    await start();
  };
  return {
    suspendPastLease: (instance: Instance) => suspend(instance, 'SIGSTOP past the lease', leaseMs + 2_000),
    suspend: (instance: Instance) => suspend(instance, 'SIGSTOP for a moment', random(3_000)),
    kill: (instance: Instance) =>
      befallInstance(instance, 'SIGKILL', () => startAgain(() => instance.bff.kill(), instance.start)),
    end: (instance: Instance) =>
      befallInstance(instance, 'SIGTERM', () => startAgain(() => instance.bff.end(), instance.start)),
    restartDatabase: () =>
      befall(postgres, 'PostgreSQL restarted', () => startAgain(postgres.stop, postgres.start)),
    killDatabase: () =>
      befall(postgres, 'PostgreSQL killed', () => startAgain(postgres.kill, postgres.start)),
    disturbed: (whom: unknown, since: number) =>
      (disturbedUntil.get(whom) ?? Number.NEGATIVE_INFINITY) > since,
  };
}

type Chaos = ReturnType<typeof createChaos>;

/** Each thing happens, in an order that leaves time for the lease. The first instance is never killed. */
async function shortChaos(chaos: Chaos, { instances: [first, second, third] }: Cluster): Promise<void> {
  if (!first || !second || !third) return;
  await delay(500);
  const suspended = chaos.suspendPastLease(first);
  await delay(1_000);
  await chaos.kill(second);
  await chaos.restartDatabase();
  await delay(1_000);
  await chaos.killDatabase();
  await delay(500);
  await chaos.end(third);
  await chaos.suspend(second);
  await chaos.kill(third);
  await suspended;
}

async function longChaos(chaos: Chaos, { instances }: Cluster, random: Random, isOver: () => boolean) {
  const [first, ...others] = instances;
  if (!first) return;
  const running = new Set<Promise<void>>();
  while (!isOver()) {
    const other = others[random(others.length)] ?? first;
    const events = [
      () => chaos.suspendPastLease(random(2) === 0 ? first : other),
      () => chaos.suspend(random(2) === 0 ? first : other),
      ...[() => chaos.kill(other), () => chaos.kill(other), () => chaos.end(other)],
      ...[chaos.restartDatabase, chaos.killDatabase],
    ];
    const event = events[random(events.length)]?.();
    if (event) running.add(event.finally(() => running.delete(event)));
    // At most two things at once.
    if (running.size > 1) await Promise.race(running);
    await delay(500 + random(4_000));
  }
  await Promise.all(running);
}

/** What the journal says of each person must be what Pearsana did. */
async function auditJournal({ database }: Cluster, done: ReadonlyMap<number, number>): Promise<void> {
  const rows = await database.query<{ state: string; number: number }>(
    `SELECT state, (external_references::jsonb->0->>'externalId')::bigint AS number FROM pearsana_bff.writes`,
  );
  const states = Map.groupBy(rows, ({ number }) => number);
  for (const [number, own] of states) {
    const has = (state: string) => own.some((row) => row.state === state);
    if (has('succeeded')) assert.equal(done.get(number), 1, `${number} is recorded as done`);
    if (done.has(number))
      assert(has('succeeded') || has('unknown'), `${number} was done: ${own.map(({ state }) => state)}`);
  }
  for (const number of done.keys()) assert(states.has(number), `${number} was sent without a record`);
}

const options = { skip: noPostgres, concurrency: true, timeout: seconds * 1_000 + 300_000 };
describe('BFFs on one PostgreSQL', options, () => {
  testSuspended();

  it('send each write at most once, or say that they do not know, whatever is killed or suspended', async (t) => {
    const draw = seededRandom(seed);
    const random: Random = (below) => Math.floor(draw() * below);
    await using stack = new AsyncDisposableStack();
    const partner = stack.use(await startFaultServer());
    const withPooler = hasPgbouncer();
    let pooler: Awaited<ReturnType<typeof startPgbouncer>> | undefined;
    const cluster = stack.use(
      await startCluster({
        size: shortOrLong(3, 4),
        durable: true,
        partners: { sandbox: partner },
        variables: { PARTNER_TIMEOUT_MS: String(partnerTimeoutMs), TOKEN_TIMEOUT_MS: '1000' },
        // Every second one.
        async databaseUrl(index, { port }) {
          if (!withPooler || index % 2 === 0) return undefined;
          pooler ??= stack.use(await startPgbouncer(port));
          return pooler.url('pearsana_bff');
        },
      }),
    );
    const [first] = cluster.instances;
    assert(first);
    const done = countAtPartner(partner, random);
    const counts: Counts = {
      writes: 0,
      slowest: 0,
      resolved: 0,
      lost: new Set(),
      answers: {},
      ends: {},
      chaos: {},
    };
    const chaos = createChaos(cluster, random, counts);
    const end = performance.now() + seconds * 1_000;
    const isOver = () => performance.now() > end;
    const load: Load = {
      random,
      counts,
      isOver: () => performance.now() > end + 2_000,
      disturbed: chaos.disturbed,
    };
    const ends = new Map<number, End>();
    /** Those that somebody found not to have happened, and that are sent again with the same key. */
    const again: number[] = [];

    const work = async () => {
      while (!isOver()) {
        const number = again.shift() ?? counts.writes++;
        ends.set(number, await create(number, cluster, load));
        await delay(random(longestRestMs));
      }
    };
    const resolve = async () => {
      while (!isOver()) {
        await delay(1_000);
        const instance = cluster.instances[random(cluster.instances.length)] ?? first;
        const free = await resolveSome(instance, done).catch(() => []);
        counts.resolved += free.length;
        again.push(...free);
      }
    };
    const memory: number[] = [];
    const watch = async () => {
      while (!isOver()) {
        await delay(seconds * 50);
        assertRuns(first);
        memory.push(first.bff.residentBytes().now / mebibyte);
      }
    };
    await Promise.all([
      ...Array.from({ length: workers }, work),
      ...[resolve(), watch()],
      isLong ? longChaos(chaos, cluster, random, isOver) : shortChaos(chaos, cluster),
    ]);

    for (const each of ends.values()) counts.ends[each] = (counts.ends[each] ?? 0) + 1;
    t.diagnostic(
      `seed ${seed}, ${seconds} s, ${pooler ? 'every second instance through pgbouncer' : 'without pgbouncer'}: ${JSON.stringify({ ...counts, lost: counts.lost.size, slowest: Math.round(counts.slowest) })}; ${done.size} done at Pearsana; memory ${memory.map((each) => each.toFixed(0)).join(' ')} MiB`,
    );
    assert.deepEqual(
      [...done].filter(([, count]) => count > 1),
      [],
      'Nobody may be created twice.',
    );
    for (const [number, how] of ends) {
      if (how === 'succeeded') assert.equal(done.get(number), 1, `${number} was told as done`);
      // A request whose answer was lost may still be on its way to a suspended BFF, and a refusal makes its key free again.
      if (how === 'refused' && !counts.lost.has(number))
        assert.equal(done.get(number), undefined, `${number} was told as refused`);
    }
    for (const instance of cluster.instances) {
      assertRuns(instance);
      await until('each works again', async () => {
        const answer = await instance.call('/readyz', { timeoutMs: 2_000 }).catch(() => undefined);
        return answer?.text === '{"status":"ready"}';
      });
    }
    await auditJournal(cluster, done);
    assert(counts.slowest < boundMs, `a call took ${counts.slowest} ms`);
    assert((counts.ends.succeeded ?? 0) > 20, `Hardly anything was written: ${JSON.stringify(counts.ends)}`);
    // The least of each half is what is kept: at any one moment, up to 120 MiB more wait to be collected.
    const [early, late] = [memory.slice(2, memory.length / 2), memory.slice(memory.length / 2)];
    if (isLong) assert(Math.min(...late) < Math.min(...early) + 30, 'The memory grows.');
  });
});
