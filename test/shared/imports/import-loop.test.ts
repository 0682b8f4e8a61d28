import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownWrite } from '../../../shared/activity.ts';
import { ClientError } from '../../../shared/client-error.ts';
import type { Failure } from '../../../shared/errors.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import { type ImportOptions, runImport } from '../../../shared/imports/import-loop.ts';
import { planImport } from '../../../shared/imports/plan-import.ts';
import type { RowEnd } from '../../../shared/imports/row-end.ts';
import { createVirtualTime } from './virtual-time.ts';

const context = { origin: 'http://bff', requestId: 'r', environment: 'sandbox' };

/** The error for a row that the BFF refuses. */
function refusal(status: number, failure: Partial<Failure>, retryAfterSeconds?: number): ClientError {
  const facts = { ...context, reason: 'refused', status, retryAfterSeconds } as const;
  const { outcome = 'unknown' } = failure;
  return new ClientError({ ...facts, failure: { code: 'X', message: 'No.', ...failure }, outcome });
}
const unreachable = () => new ClientError({ ...context, reason: 'unreachable', outcome: 'unknown' });
/** As `unreachable`, but there was no connection, so that nothing was sent. */
const nobodyThere = () => new ClientError({ ...context, reason: 'unreachable', outcome: 'not_sent' });
const tooMany = (seconds?: number) =>
  refusal(429, { code: 'RATE_LIMITED', outcome: 'not_sent', retryable: true }, seconds);
const timedOut = () => refusal(504, { code: 'PARTNER_TIMEOUT', outcome: 'unknown', retryable: true });
const refused = () => refusal(400, { code: 'VALIDATION_ERROR', outcome: 'refused', source: 'pearsana' });

const record: ImportRecord = {
  ...{
    id: 'imp_1',
    environment: 'sandbox',
    operation: 'createInvitation',
    rows: 0,
    digest: '',
    state: 'open',
  },
  ...{ caller: 'ada', startedAt: '', endedAt: null, perMinute: 120 },
  counts: { succeeded: 0, refused: 0, not_sent: 0, unknown: 0, in_flight: 0 },
};

/** The failure of one attempt to send a row; undefined if the attempt succeeds. */
type Script = (row: number, attempt: number, now: number) => ClientError | undefined;

/** Imports this many rows through a BFF that follows a script, and records what happened. */
async function importRows(
  count: number,
  script: Script = () => undefined,
  more: Partial<Omit<ImportOptions<number>, 'calls' | 'plan'>> & {
    again?: boolean;
    known?: Record<number, KnownWrite>;
    calls?: Partial<ImportCalls<number>>;
  } = {},
) {
  const time = createVirtualTime();
  const ends = new Map<number, RowEnd>();
  const sent: { row: number; at: number }[] = [];
  const seen = { announced: [] as number[], lookups: [] as number[], atOnce: 0, away: [] as boolean[] };
  let underWay = 0;
  const attempts = new Map<number, number>();
  const { known = {}, again = false, ...options } = more;
  const calls: ImportCalls<number> = {
    whoAnswers: async () => ({ caller: 'ada', journal: 'jrn_1' }),
    lookUp: async (rows) => {
      seen.lookups.push(rows.length);
      return { journal: 'jrn_1', known: rows.map((row) => known[row] ?? null) };
    },
    announce: async (rows) => {
      seen.announced.push(rows);
      return { journal: 'jrn_1', import: { ...record, rows } };
    },
    send: async (row) => {
      const attempt = (attempts.get(row) ?? 0) + 1;
      attempts.set(row, attempt);
      sent.push({ row, at: time.now() });
      underWay += 1;
      seen.atOnce = Math.max(seen.atOnce, underWay);
      await time.sleep(100);
      underWay -= 1;
      const error = script(row, attempt, time.now());
      if (error) throw error;
      const result = { invitation: { invitationId: `inv_${row}` } };
      return { requestId: `r-${row}`, result, replayed: false };
    },
    ...more.calls,
  };
  const rows = Array.from({ length: count }, (_, row) => row);
  const plan = await planImport(rows, calls, { again });
  const result = await time.run(
    runImport<number>({
      timing: time,
      control: { paused: false, cancelled: false },
      onRow(row, end) {
        assert(!ends.has(row), `Row ${row} ended twice.`);
        ends.set(row, end);
      },
      onAway: (away) => seen.away.push(away),
      onPause: async () => 'end',
      ...options,
      ...{ calls, plan },
    }),
  );
  for (const [row, end] of plan.ends) ends.set(row, end);
  assert.equal(ends.size, count, 'Every row must have ended.');
  const states = Object.fromEntries(
    [...Map.groupBy(ends.values(), ({ state }) => state)].map(([state, all]) => [state, all.length]),
  );
  return { result, ends, sent, states, seen, now: time.now() };
}

const write = (state: KnownWrite['state']): KnownWrite => ({
  ...{ id: '7', state, startedAt: '', requestId: 'r-before', mine: true },
  result: { invitation: { invitationId: 'inv_before' } },
});

describe('an import', () => {
  it('sends every row once, evenly, and only a little more slowly than its rate', async () => {
    const { result, states, sent, now, seen } = await importRows(300);
    assert.deepEqual([result, states], [{ end: 'finished' }, { succeeded: 300 }]);
    assert.equal(sent.length, 300);
    assert.deepEqual(seen.announced, [300]);
    const perfectMs = (300 / 120) * 60_000;
    assert(now >= perfectMs * 0.98 && now <= perfectMs * 1.05, String(now));
    for (const [index, { at }] of sent.entries()) {
      const inMinute = sent.slice(0, index).filter((before) => at - before.at < 60_000);
      assert(inMinute.length <= 120, `${inMinute.length} in the minute before ${at}`);
    }
  });

  it('looks up everybody before it sends anything, a thousand at a time', async () => {
    const known = { 3: write('succeeded'), 1500: write('unknown') };
    const { seen, states, ends, sent } = await importRows(2_300, undefined, {
      known,
      calls: {
        announce: async (rows) => ({ journal: 'jrn_1', import: { ...record, rows, perMinute: 100_000 } }),
      },
    });
    assert.deepEqual(seen.lookups, [1_000, 1_000, 300]);
    assert.deepEqual(states, { known: 1, unknown: 1, succeeded: 2_298 });
    assert.equal(ends.get(3)?.id, 'inv_before');
    assert(!sent.some(({ row }) => row === 3 || row === 1_500));
  });

  it('announces nothing if every row was done before', async () => {
    const known = { 0: write('succeeded'), 1: write('succeeded') };
    const { seen, states, result } = await importRows(2, undefined, { known });
    assert.deepEqual([result.end, states, seen.announced], ['finished', { known: 2 }, []]);
  });

  it('sends rows that succeeded before again if asked to, but never rows with an unknown outcome', async () => {
    const known = { 0: write('succeeded'), 1: write('unknown') };
    const { states } = await importRows(2, undefined, { known, again: true });
    assert.deepEqual(states, { succeeded: 1, unknown: 1 });
  });

  it('continues an import that is open, and announces no other', async () => {
    const { seen, states } = await importRows(2, undefined, { announced: { ...record, id: 'imp_before' } });
    assert.deepEqual([seen.announced, states], [[], { succeeded: 2 }]);
  });

  it('has up to eight rows in progress at once', async () => {
    const slow = {
      announce: async (rows: number) => ({
        journal: 'jrn_1',
        import: { ...record, rows, perMinute: 60_000 },
      }),
    };
    const { seen } = await importRows(200, undefined, { calls: slow });
    assert.equal(seen.atOnce, 8);
  });

  it('waits after a 429 for as long as the answer says, with that row and with all others', async () => {
    const { states, sent } = await importRows(10, (row, attempt) =>
      row === 2 && attempt === 1 ? tooMany(30) : undefined,
    );
    assert.deepEqual(states, { succeeded: 10 });
    const first = sent.find(({ row }) => row === 2);
    const late = sent.filter(({ at }) => at > (first?.at ?? 0) + 1_000);
    for (const { at } of late) assert(at >= (first?.at ?? 0) + 30_000, String(at));
  });

  it('gives up a row after five answers of 429, and says that it was not sent', async () => {
    const { states, sent, ends } = await importRows(3, (row) => (row === 1 ? tooMany() : undefined));
    assert.deepEqual(states, { succeeded: 2, not_sent: 1 });
    assert.equal(sent.filter(({ row }) => row === 1).length, 5);
    assert.equal(ends.get(1)?.code, 'RATE_LIMITED');
  });

  it('waits for the BFF’s own limit as often as it must: other windows of this caller may share it', async () => {
    const { states, sent } = await importRows(3, (row, attempt) =>
      row === 1 && attempt <= 12 ? tooMany(5) : undefined,
    );
    assert.deepEqual(states, { succeeded: 3 });
    const tries = sent.filter(({ row }) => row === 1);
    assert.equal(tries.length, 13);
    for (const [index, { at }] of tries.slice(1).entries()) assert(at - (tries[index]?.at ?? 0) >= 5_000);
  });

  it('gives up a row that Pearsana itself answers with 429 five times, however long it says to wait', async () => {
    const theirs = () =>
      refusal(429, { code: 'RATE_LIMITED', outcome: 'refused', retryable: true, source: 'pearsana' }, 1);
    const { states, sent } = await importRows(3, (row) => (row === 1 ? theirs() : undefined));
    assert.deepEqual([states.succeeded, sent.filter(({ row }) => row === 1).length], [2, 5]);
  });

  it('never sends a row again that may have been done', async () => {
    const { states, sent } = await importRows(40, (row) =>
      row === 7 || row === 20 ? timedOut() : undefined,
    );
    assert.deepEqual(states, { succeeded: 38, unknown: 2 });
    assert.equal(sent.length, 40);
  });

  it('waits while the BFF is away, and then sends the rows whose answer was lost once more', async () => {
    let back = false;
    const { states, sent, seen } = await importRows(
      20,
      (row, attempt) => (row >= 5 && row < 8 && attempt === 1 ? unreachable() : undefined),
      {
        calls: {
          whoAnswers: async () => {
            back = !back;
            // The first question comes from planning, before the start.
            if (!back) throw unreachable();
            return { caller: 'ada', journal: 'jrn_1' };
          },
        },
      },
    );
    assert.deepEqual(states, { succeeded: 20 });
    assert.deepEqual(seen.away.slice(0, 2), [true, false]);
    assert.deepEqual(sent.filter(({ row }) => row === 5).length, 2);
  });

  it('sends a row once the BFF is back, if there was no connection before', async () => {
    const { states, seen } = await importRows(5, (row, attempt) =>
      row === 2 && attempt < 4 ? nobodyThere() : undefined,
    );
    assert.deepEqual(states, { succeeded: 5 });
    assert(seen.away.includes(true));
  });

  it('calls a row “not sent” if the import ends while there is no connection, unless an answer was lost before', async () => {
    for (const [first, state] of [
      [nobodyThere, 'not_sent'],
      [unreachable, 'unknown'],
    ] as const) {
      const control = { paused: false, cancelled: false };
      const { ends } = await importRows(
        1,
        (_row, attempt) => {
          control.cancelled = attempt === 2;
          return attempt === 1 ? first() : nobodyThere();
        },
        { control },
      );
      assert.equal(ends.get(0)?.state, state);
    }
  });

  it('does not call a row “not sent” if its answer was lost and the BFF then refuses to say more', async () => {
    const signedOut = refusal(401, { code: 'UNAUTHORIZED', outcome: 'not_sent' });
    for (const refusing of [signedOut, tooMany()]) {
      const { ends } = await importRows(3, (row, attempt) => {
        if (row !== 1) return undefined;
        return attempt === 1 ? unreachable() : refusing;
      });
      assert.deepEqual([ends.get(1)?.state, ends.get(1)?.code], ['unknown', 'BFF_UNREACHABLE']);
    }
  });

  it('does not call a row “not sent” while an earlier request for it is still being sent', async () => {
    const inProgress = () => refusal(409, { code: 'IDEMPOTENCY_IN_PROGRESS', outcome: 'not_sent' }, 1);
    const details = { ...write('in_flight'), sameRequest: true };
    const another = () => refusal(409, { code: 'ALREADY_KNOWN', outcome: 'not_sent', details });
    for (const error of [inProgress, another]) {
      const { states } = await importRows(3, (row) => (row === 1 ? error() : undefined));
      assert.deepEqual(states, { succeeded: 2, unknown: 1 });
    }
  });

  for (const [who, other] of Object.entries({
    caller: { caller: 'eve', journal: 'jrn_1' },
    BFF: { caller: 'ada', journal: 'jrn_2' },
  })) {
    it(`stops if a different ${who} is there after the BFF was away`, async () => {
      let asked = 0;
      const { result, states } = await importRows(
        20,
        (_row, attempt) => (attempt === 1 ? unreachable() : undefined),
        {
          calls: { whoAnswers: async () => (asked++ === 0 ? { caller: 'ada', journal: 'jrn_1' } : other) },
        },
      );
      assert.equal(result.end, 'stopped');
      assert.equal(result.failure?.code, who === 'BFF' ? 'ANOTHER_BFF' : 'ANOTHER_CALLER');
      assert.equal((states.unknown ?? 0) + (states.not_sent ?? 0), 20);
      assert((states.unknown ?? 0) >= 1, 'The rows in progress may have arrived.');
    });
  }

  it('sends nothing if a different BFF or caller announces than was asked at planning', async () => {
    for (const [code, answer] of [
      ['ANOTHER_BFF', { journal: 'jrn_2', import: record }],
      ['ANOTHER_CALLER', { journal: 'jrn_1', import: { ...record, caller: 'eve' } }],
    ] as const) {
      const { result, states } = await importRows(3, undefined, { calls: { announce: async () => answer } });
      assert.deepEqual([result.failure?.code, states], [code, { not_sent: 3 }]);
    }
  });

  const fatal: Record<string, ClientError> = {
    'a key that is no longer valid': refusal(401, { code: 'UNAUTHORIZED', outcome: 'not_sent' }),
    'a grant that is missing': refusal(403, { code: 'FORBIDDEN', outcome: 'not_sent' }),
    'a scope that is not enabled': refusal(502, {
      code: 'SCOPE_NOT_ENABLED',
      source: 'auth',
      outcome: 'not_sent',
    }),
    'a version that Pearsana has ended': refusal(410, {
      code: 'VERSION_GONE',
      source: 'pearsana',
      outcome: 'refused',
    }),
    'a journal that cannot be written': refusal(503, {
      code: 'JOURNAL_UNAVAILABLE',
      outcome: 'not_sent',
      retryable: true,
    }),
    'an import that was stopped elsewhere': refusal(409, { code: 'IMPORT_STOPPED', outcome: 'not_sent' }),
  };
  for (const [what, error] of Object.entries(fatal)) {
    it(`stops at once on ${what}`, async () => {
      const { result, states, sent } = await importRows(50, (row) => (row >= 10 ? error : undefined));
      assert.equal(result.end, 'stopped');
      assert.equal(result.failure?.code, error.failure?.code);
      assert.equal(states.succeeded, 10);
      assert(sent.length <= 18, String(sent.length));
    });
  }

  it('continues after a 404 from Pearsana, which is about one person', async () => {
    const noSuchUser = refusal(404, { code: 'NOT_FOUND', source: 'pearsana', outcome: 'refused' });
    const { result, states } = await importRows(20, (row) => (row === 3 ? noSuchUser : undefined));
    assert.deepEqual([result.end, states], ['finished', { refused: 1, succeeded: 19 }]);
  });

  it('asks for an update if the BFF is too old to have imports', async () => {
    const noPath = refusal(404, { code: 'NOT_FOUND', outcome: 'not_sent' });
    const { result, states } = await importRows(3, undefined, {
      calls: {
        announce: async () => {
          throw noPath;
        },
      },
    });
    assert.match(String(result.failure?.message), /older version, which has no imports/);
    assert.deepEqual(states, { not_sent: 3 });
  });

  it('pauses when the first five rows are refused for the same reason, and continues if a person says so', async () => {
    const reasons: string[] = [];
    const { states, result } = await importRows(30, (row) => (row < 5 ? refused() : undefined), {
      onPause: async (reason) => {
        reasons.push(reason);
        return 'go-on';
      },
    });
    assert.deepEqual(
      [reasons, result.end, states],
      [['first-refused'], 'finished', { refused: 5, succeeded: 25 }],
    );
  });

  it('does not pause when the first five rows are refused for different reasons', async () => {
    const codes = ['A', 'B', 'A', 'B', 'C'];
    const { result } = await importRows(10, (row) =>
      row < 5 ? refusal(400, { code: codes[row] ?? '', outcome: 'refused', source: 'pearsana' }) : undefined,
    );
    assert.equal(result.end, 'finished');
  });

  it('pauses when ten of the last twenty rows fail', async () => {
    const { result, states } = await importRows(100, (row) =>
      row >= 30 && row % 2 === 0 ? refused() : undefined,
    );
    assert.deepEqual([result.end, result.reason], ['paused', 'many-failed']);
    assert((states.refused ?? 0) >= 10 && (states.refused ?? 0) <= 13, String(states.refused));
  });

  it('pauses when three successive rows have an unknown outcome', async () => {
    const { result, states } = await importRows(100, (row) => (row >= 50 ? timedOut() : undefined));
    assert.deepEqual([result.end, result.reason], ['paused', 'many-unknown']);
    assert((states.unknown ?? 0) <= 8, String(states.unknown));
  });

  it('finishes the rows in progress when it is cancelled, and sends no more', async () => {
    const control = { paused: false, cancelled: false };
    const { result, states, sent } = await importRows(
      100,
      (row) => {
        if (row === 20) control.cancelled = true;
        return undefined;
      },
      { control },
    );
    assert.equal(result.end, 'cancelled');
    assert.equal(states.succeeded, sent.length);
    assert(sent.length <= 30);
  });

  it('sends nothing while it is paused', async () => {
    const control = { paused: false, cancelled: false };
    let looks = 0;
    const { sent, states } = await importRows(
      40,
      (row) => {
        if (row === 10) control.paused = true;
        return undefined;
      },
      {
        control: {
          get paused() {
            const { paused } = control;
            looks += paused ? 1 : 0;
            if (looks > 50) control.paused = false;
            return paused;
          },
          cancelled: false,
        },
      },
    );
    const gap = sent.map(({ at }, index) => at - (sent[index - 1]?.at ?? at));
    assert(Math.max(...gap) >= 5_000, String(Math.max(...gap)));
    assert.deepEqual(states, { succeeded: 40 });
  });

  it('counts a row as done if another import did it, and waits for a row that another import is sending', async () => {
    const details = (state: KnownWrite['state']) => ({ ...write(state), sameRequest: true });
    const { states, ends } = await importRows(10, (row, attempt) => {
      const known = (state: KnownWrite['state']) =>
        refusal(409, { code: 'ALREADY_KNOWN', outcome: 'not_sent', details: details(state) });
      if (row === 1) return known('succeeded');
      if (row === 2) return known('unknown');
      return row === 3 && attempt < 3 ? known('in_flight') : undefined;
    });
    assert.deepEqual(states, { succeeded: 8, known: 1, unknown: 1 });
    assert.equal(ends.get(1)?.id, 'inv_before');
  });
});
