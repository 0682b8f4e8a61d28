// What an import promises in figures, against a real BFF. The long form also measures times.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createSqliteStore } from '../../server/store/local/sqlite-store.ts';
import { createClient } from '../../shared/client.ts';
import { createImportCalls } from '../../shared/imports/client-calls.ts';
import { runImport } from '../../shared/imports/import-loop.ts';
import { planImport } from '../../shared/imports/plan-import.ts';
import type { RowEnd } from '../../shared/imports/row-end.ts';
import { type BffProcess, startBffProcess } from '../support/bff/bff-process.ts';
import { type FaultServer, invited, pong, startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { shortOrLong } from '../support/short-or-long.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const isLong = shortOrLong(0, 1) === 1;
const accessKey = 'pbff_an-access-key-for-tests-only';
const environment = 'sandbox';
const operation = 'createInvitation';

type Row = { references: { namespace: string; externalId: string }[] };

const rowsOf = (count: number, name = 'roster'): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    references: [{ namespace: 'SIS', externalId: `${name}-${index}` }],
  }));
const requestOf = ({ references }: Row) => ({
  email: 'ada@example.edu',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: references,
});

type Setting = AsyncDisposable & { bff: BffProcess; partner: FaultServer };

async function startSetting(variables: Record<string, string> = {}): Promise<Setting> {
  await using stack = new AsyncDisposableStack();
  const partner = stack.use(await startFaultServer());
  partner.api.always(({ path }) => (path === '/ping' ? { body: pong } : { status: 201, body: invited }));
  const bff = stack.use(
    await startBffProcess({
      ...{ BFF_ACCESS_KEY: accessKey, LOG_LEVEL: 'warn', RATE_LIMIT_PER_MINUTE: '100000' },
      ...partnerVariables({ sandbox: partner }),
      ...variables,
    }),
  );
  const kept = stack.move();
  return { bff, partner, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A machine that calls the BFF: its client, and the paths that it called. */
function machineAt({ url }: BffProcess) {
  const called: string[] = [];
  const client = createClient({
    ...{ baseUrl: url, accessKey },
    fetch: (input, init) => {
      called.push(new URL(String(input)).pathname.replace(`/api/environments/${environment}`, ''));
      return fetch(input, init);
    },
  });
  const calls = createImportCalls<Row>(client, {
    ...{ environment, operation, digest: 'd'.repeat(64), again: false },
    requestOf: async (row) => requestOf(row),
  });
  return { client, calls, called };
}

async function importAll(
  rows: readonly Row[],
  { calls }: Pick<ReturnType<typeof machineAt>, 'calls'>,
  control = { paused: false, cancelled: false },
) {
  const plan = await planImport(rows, calls);
  const ends = new Map<Row, RowEnd>(plan.ends);
  const started = performance.now();
  const result = await runImport<Row>({
    ...{ plan, calls, control },
    timing: { now: () => performance.now(), sleep: (ms) => delay(ms), random: Math.random },
    onRow: (row, end) => ends.set(row, end),
    onPause: async () => 'end',
  });
  const states: Record<string, number> = {};
  for (const { state } of ends.values()) states[state] = (states[state] ?? 0) + 1;
  return { result, states, tookMs: performance.now() - started };
}

describe('an import in figures', { timeout: 1_800_000 }, () => {
  it('is resumed after 10,000 done rows by ten lookups, and sends nothing', async (t) => {
    using folder = temporaryFolder();
    const rows = rowsOf(10_000);
    await fillJournal(folder.path, rows);
    await using setting = await startSetting({ BFF_DATA_DIR: folder.path });
    const machine = machineAt(setting.bff);
    const started = performance.now();
    const { result, states } = await importAll(rows, machine);
    const seconds = (performance.now() - started) / 1_000;
    assert.deepEqual([result, states], [{ end: 'finished' }, { known: rows.length }]);
    assert.deepEqual(machine.called.filter((path) => path === '/activity/lookup').length, 10);
    // Who answers is asked first.
    assert.equal(machine.called.length, 12, machine.called.join(' '));
    assert.deepEqual(setting.partner.api.arrivals, []);
    t.diagnostic(`10,000 done rows resumed in ${seconds.toFixed(1)} s`);
    if (isLong) assert(seconds < 30, String(seconds));
  });

  it('keeps to its rate so well that the BFF never has to slow it down', async (t) => {
    const perMinute = 1_200;
    const rows = rowsOf(shortOrLong(60, 1_200));
    await using setting = await startSetting({ RATE_LIMIT_IMPORT_PER_MINUTE: String(perMinute) });
    const machine = machineAt(setting.bff);
    const { states, tookMs } = await importAll(rows, machine);
    assert.deepEqual(states, { succeeded: rows.length });
    const sent = machine.called.filter((path) => path === '/invitations').length;
    assert.equal(sent, rows.length, 'Some rows were told to wait.');
    const ratio = tookMs / ((rows.length / perMinute) * 60_000);
    t.diagnostic(`${rows.length} rows at ${perMinute} a minute took ${ratio.toFixed(3)} of rows ÷ rate`);
    if (isLong) assert(ratio <= 1.05, String(ratio));
  });

  it('can be stopped from another machine, after which no row arrives later than a second', async (t) => {
    await using setting = await startSetting({ RATE_LIMIT_IMPORT_PER_MINUTE: '6000' });
    const arrivedAt: number[] = [];
    setting.partner.api.always(() => {
      arrivedAt.push(performance.now());
      return { status: 201, body: invited, delayMs: 20 };
    });
    const rows = rowsOf(shortOrLong(300, 1_000));
    const importing = importAll(rows, machineAt(setting.bff));
    await until('some rows have arrived', () => arrivedAt.length > 30, 30_000);
    const { client } = machineAt(setting.bff);
    const [open] = (await client.imports({ environment })).imports;
    assert(open);
    const asked = performance.now();
    await client.stopImport({ environment, id: open.id });
    const { result, states } = await importing;
    assert.equal(result.failure?.code, 'IMPORT_STOPPED');
    const lastMs = Math.max(...arrivedAt) - asked;
    assert(lastMs <= 1_000, String(lastMs));
    assert.equal(states.succeeded, arrivedAt.length);
    assert.equal(
      Object.values(states).reduce((sum, each) => sum + each, 0),
      rows.length,
    );
    t.diagnostic(`the last row arrived ${lastMs.toFixed(0)} ms after the stop was asked for`);
  });

  it('has a budget of its own: neither it nor single calls limit each other', async () => {
    await using setting = await startSetting({
      ...{ RATE_LIMIT_PER_MINUTE: '30', RATE_LIMIT_IMPORT_PER_MINUTE: '6000' },
    });
    const machine = machineAt(setting.bff);
    const other = machineAt(setting.bff).client;
    const importing = importAll(rowsOf(120), machine);
    await until('the import has begun', () => setting.partner.api.count('/v1/invitations') > 5, 30_000);
    for (const row of rowsOf(8, 'single')) {
      await other.ping({ environment });
      await other.createInvitation({ environment, request: requestOf(row) });
    }
    assert.deepEqual((await importing).states, { succeeded: 120 });
  });

  // Times say nothing on a machine that also runs other tests.
  if (isLong) {
    it('makes single writes and pings not slower than 1.2 times', async (t) => {
      await using setting = await startSetting();
      const machine = machineAt(setting.bff);
      const { client } = machineAt(setting.bff);
      let people = 0;
      const single = {
        ping: () => client.ping({ environment }),
        write: async () => {
          people += 1;
          for (const row of rowsOf(1, `single-${people}`))
            await client.createInvitation({ environment, request: requestOf(row) });
        },
      };
      /** The median of so many calls, one after another. */
      const measure = async (call: () => Promise<unknown>) => {
        const times: number[] = [];
        for (let index = 0; index < 200; index += 1) {
          const started = performance.now();
          await call();
          times.push(performance.now() - started);
        }
        return middle(times);
      };
      const measureBoth = async () => ({
        ping: await measure(single.ping),
        write: await measure(single.write),
      });
      await measureBoth();
      const ratios = { ping: [] as number[], write: [] as number[] };
      for (let round = 0; round < 15; round += 1) {
        const alone = await measureBoth();
        const control = { paused: false, cancelled: false };
        const importing = importAll(rowsOf(1_000, `round-${round}`), machine, control);
        const during = await measureBoth();
        control.cancelled = true;
        await importing;
        ratios.ping.push(during.ping / alone.ping);
        ratios.write.push(during.write / alone.write);
      }
      const [ping, write] = [middle(ratios.ping), middle(ratios.write)];
      t.diagnostic(
        `during an import, pings take ${ping.toFixed(2)}, writes ${write.toFixed(2)} of their usual time`,
      );
      assert(ping <= 1.2 && write <= 1.2, JSON.stringify(ratios));
    });
  }
});

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Writes down that each row was done, as after an import that ended. */
async function fillJournal(directory: string, rows: readonly Row[]): Promise<void> {
  const store = createSqliteStore({ directory });
  await store.open();
  for (let at = 0; at < rows.length; at += 1_000) {
    const claims = rows.slice(at, at + 1_000).map(async ({ references }) => {
      const digest = createHash('sha256').update(JSON.stringify(references)).digest();
      const claim = await store.claim({
        ...{ caller: 'access-key', environment, operation, requestId: 'r', idempotencyKey: undefined },
        ...{ references, digest },
      });
      assert('id' in claim);
      await store.end(claim.id, { state: 'succeeded', result: invited });
    });
    await Promise.all(claims);
  }
  await store.close();
}
