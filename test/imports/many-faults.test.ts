// A roster is imported by two windows of one person and by a second person at once, against a partner with every fault,
// while the BFF is killed, its wall clock goes astray, and windows are reloaded. Counted at the partner, by person.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/free-port.ts';
import { type Client, createClient } from '../../shared/client.ts';
import { createImportCalls } from '../../shared/imports/client-calls.ts';
import { runImport } from '../../shared/imports/import-loop.ts';
import { openImportOf } from '../../shared/imports/open-import.ts';
import { planImport } from '../../shared/imports/plan-import.ts';
import type { RowEnd } from '../../shared/imports/row-end.ts';
import { addKeys } from '../support/bff/add-keys.ts';
import { type BffProcess, startBffProcess } from '../support/bff/bff-process.ts';
import { clockJumps, createLyingClock } from '../support/bff/lying-clock.ts';
import {
  type Arrived,
  type FaultServer,
  invited,
  type Reply,
  startFaultServer,
} from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { shortOrLong } from '../support/short-or-long.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sizes = shortOrLong(0, 1) ? [3_000, 10_000] : [150];
const kills = shortOrLong(4, 20);
const reloads = shortOrLong(2, 5);
const seed = Number(process.env.IMPORT_SEED ?? 20_260_130);

type Row = { number: number; references: { namespace: string; externalId: string }[] };

const rosterDigest = 'd'.repeat(64);
const requestOf = ({ number, references }: Row) => ({
  email: `p${number}@example.edu`,
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: references,
});

/** Counts rows that may have been carried out, but not refused ones. */
function countInvitations(partner: FaultServer, size: number, random: (below: number) => number) {
  const counts = Array.from({ length: size }, () => 0);
  const faults: Record<string, number> = {};
  partner.api.always(({ body }: Arrived): Reply => {
    const number = Number(JSON.parse(body).externalReferences[0].externalId);
    const said = (status: number) => ({
      status,
      body: { error: { code: 'SAID', message: 'No.', requestId: 'p' } },
    });
    const [name, isRefused, reply] = fault(random(1_000), said);
    faults[name] = (faults[name] ?? 0) + 1;
    if (!isRefused) counts[number] = (counts[number] ?? 0) + 1;
    return { delayMs: random(10), ...reply };
  });
  return { counts, faults, total: () => counts.reduce((sum, each) => sum + each, 0) };
}

/** Picks a fault by a number below 1,000: a number below 8 gives the first one in 8 of 1,000 rows, and so on. */
function fault(
  drawn: number,
  said: (status: number) => Reply,
): [name: string, isRefused: boolean, reply: Reply] {
  if (drawn < 8) return ['429 with Retry-After', true, { ...said(429), headers: { 'retry-after': '1' } }];
  if (drawn < 14) return ['429', true, said(429)];
  if (drawn < 22) return ['silence', false, { fault: 'hang' }];
  if (drawn < 30) return ['reset', false, { fault: 'reset-after-body' }];
  if (drawn < 38) return ['500', false, said(500)];
  if (drawn < 44) return ['503', false, said(503)];
  if (drawn < 54) return ['400', true, said(400)];
  return ['201', false, { status: 201, body: invited }];
}

for (const size of sizes) {
  describe(`${size} invitations by three windows, with ${kills} kills`, { timeout: 3_600_000 }, () => {
    it('reach each person at most once, and every row ends', async (t) => {
      const started = performance.now();
      const draw = seededRandom(seed);
      const random = (below: number) => Math.floor(draw() * below);
      using folder = temporaryFolder();
      await using partner = await startFaultServer();
      const arrived = countInvitations(partner, size, random);
      const { other } = await addKeys(folder.path, { other: ['sandbox:*'] });
      await using bff = await startKilledBff(partner, folder.path);
      const rows = Array.from({ length: size }, (_, number) => ({
        number,
        references: [{ namespace: 'SIS', externalId: String(number) }],
      }));

      const killing = bff.killAfter(arrived.total, size, random);
      const ends = await Promise.all([
        importInWindow(rows, bff.client(), { reloads, random }),
        importInWindow(rows, bff.client(), { reloads: 1, random }),
        importInWindow(rows, bff.client(other), { reloads: 0, random }),
      ]);
      await killing;
      // Once more, without faults: the remaining rows are sent, and the unknown ones are not.
      const last = await importInWindow(rows, bff.client(), { reloads: 0, random });

      const doubled = arrived.counts.filter((count) => count > 1).length;
      assert.equal(doubled, 0, `${doubled} people were invited twice.`);
      const states = countStates(last);
      for (const each of [...ends, last]) assert.equal(each.size, size, 'Every row must have ended.');
      for (const [row, { state }] of last) {
        if (state === 'succeeded' || state === 'known')
          assert.equal(
            arrived.counts[row.number],
            1,
            `Row ${row.number} is reported as done, but never arrived.`,
          );
        if (state === 'refused' || state === 'not_sent')
          assert.equal(arrived.counts[row.number], 0, String(row.number));
      }

      // A person checks each unknown row in Pearsana and resolves it. Then all the remaining rows can be sent.
      const client = bff.client();
      await resolveAll(client, (number) => arrived.counts[number] === 1);
      let rounds = 0;
      for (let open = size; open > 0 && rounds < 20; rounds += 1) {
        await importInWindow(rows, bff.client(), { reloads: 0, random });
        await resolveAll(client, (number) => arrived.counts[number] === 1);
        open = arrived.counts.filter((count) => count === 0).length;
      }
      assert.deepEqual(new Set(arrived.counts), new Set([1]));
      t.diagnostic(
        `seed ${seed}: ${size} rows, ${bff.kills()} kills; at the end ${JSON.stringify(states)}; by window ${ends.map((each) => JSON.stringify(countStates(each))).join(', ')}; ${JSON.stringify(arrived.faults)}; 0 doubled, 0 lost; all done after ${rounds} more rounds; ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
      assert.equal(bff.kills(), kills);
    });
  });
}

function countStates(ends: ReadonlyMap<Row, RowEnd>): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { state } of ends.values()) states[state] = (states[state] ?? 0) + 1;
  return states;
}

/** A window that imports the rows, is reloaded now and then, and continues. */
async function importInWindow(
  rows: readonly Row[],
  client: Client,
  { reloads: left, random }: { reloads: number; random: (below: number) => number },
): Promise<ReadonlyMap<Row, RowEnd>> {
  const calls = createImportCalls<Row>(client, {
    ...{ environment: 'sandbox', operation: 'createInvitation', digest: rosterDigest, again: false },
    requestOf: async (row) => requestOf(row),
  });
  for (let reload = left; ; reload -= 1) {
    const plan = await untilAnswered(() => planImport(rows, calls));
    const ends = new Map<Row, RowEnd>(plan.ends);
    const control = { paused: false, cancelled: false };
    const until = reload > 0 ? ends.size + random(Math.ceil(rows.length / 3)) : Number.POSITIVE_INFINITY;
    const { imports } = await untilAnswered(() => client.imports({ environment: 'sandbox' }));
    // A window that is opened again continues the import of its file, and may share it with another window.
    const announced = openImportOf(imports, {
      ...{ caller: plan.caller, operation: 'createInvitation', digest: rosterDigest },
      rows: plan.toSend.length,
    });
    const { end } = await runImport<Row>({
      ...{ plan, calls, control, announced },
      timing: { now: () => performance.now(), sleep: (ms) => delay(ms), random: Math.random },
      onRow: (row, rowEnd) => {
        ends.set(row, rowEnd);
        if (ends.size >= until) control.cancelled = true;
      },
      onPause: async () => 'go-on',
    });
    // A BFF that is away at the announcement stops an import; a person then starts it again.
    if (end === 'finished' && reload <= 0) return ends;
    if (end === 'stopped') await delay(50);
  }
}

async function untilAnswered<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await delay(50);
    }
  }
}

async function resolveAll(client: Client, happened: (number: number) => boolean): Promise<void> {
  for (;;) {
    const { activity } = await client.activity({ environment: 'sandbox' });
    const open = activity.filter(({ state }) => state === 'unknown');
    if (open.length === 0) return;
    for (const { id, externalReferences } of open) {
      const number = Number(externalReferences[0]?.externalId);
      await client.resolve({ environment: 'sandbox', id, happened: happened(number) });
    }
  }
}

/** A BFF that is killed and started again, at the same address, with the same data and a different wall clock. */
async function startKilledBff(partner: FaultServer, data: string) {
  const clock = createLyingClock(data);
  const accessKey = 'pbff_an-access-key-for-tests-only';
  const port = await freePort();
  const start = () =>
    startBffProcess({
      ...clock.variables,
      ...{ PORT: String(port), BFF_DATA_DIR: data, BFF_ACCESS_KEY: accessKey, LOG_LEVEL: 'warn' },
      ...{
        RATE_LIMIT_PER_MINUTE: '1000000',
        RATE_LIMIT_IMPORT_PER_MINUTE: '30000',
        PARTNER_TIMEOUT_MS: '400',
      },
      ...partnerVariables({ sandbox: partner }),
    });
  let running: BffProcess = await start();
  let count = 0;

  return {
    kills: () => count,
    client: (key = accessKey) =>
      createClient({ baseUrl: `http://127.0.0.1:${port}`, accessKey: key, timeoutMs: 5_000 }),
    /** Spreads the kills evenly over the arriving requests, and also kills the BFF if no more requests arrive. */
    async killAfter(arrivals: () => number, size: number, random: (below: number) => number) {
      for (; count < kills; count += 1) {
        const next = ((count + 1) * size) / (kills + 2);
        const quiet = performance.now() + 3_000;
        while (arrivals() < next && performance.now() < quiet) await delay(2);
        await delay(random(20));
        clock.set(clockJumps[count % clockJumps.length] ?? 0);
        await running[Symbol.asyncDispose]();
        await delay(random(300));
        running = await start();
      }
      clock.set(0);
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
