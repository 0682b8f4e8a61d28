import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandError } from '../../../extension/src/failures/command-failure.ts';
import { createImportRun } from '../../../extension/src/imports/import-run.ts';
import { ClientError } from '../../../shared/client-error.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import type { RowEnd } from '../../../shared/imports/row-end.ts';
import { createVirtualTime } from '../../shared/imports/virtual-time.ts';

const record: ImportRecord = {
  ...{ id: 'imp_1', environment: 'sandbox', operation: 'createInvitation', rows: 0, digest: '' },
  ...{ state: 'open', caller: 'ada', startedAt: '', endedAt: null, perMinute: 60 },
  counts: { succeeded: 0, refused: 0, not_sent: 0, unknown: 0, in_flight: 0 },
};

/** An import of so many rows; `send` may fail. */
function prepare(
  count: number,
  { firstFive = false, send }: { firstFive?: boolean; send?: (row: number) => void } = {},
) {
  const time = createVirtualTime();
  const ends = new Map<number, RowEnd>();
  const sent: number[] = [];
  const announced: number[] = [];
  const calls: ImportCalls<number> = {
    lookUp: async () => ({ journal: 'jrn_1', known: [] }),
    whoAnswers: async () => ({ caller: 'ada', journal: 'jrn_1' }),
    announce: async (rows) => {
      announced.push(rows);
      return { journal: 'jrn_1', import: { ...record, rows } };
    },
    send: async (row) => {
      sent.push(row);
      await time.sleep(10);
      send?.(row);
      return { requestId: `r${row}`, result: {}, replayed: false };
    },
  };
  const toSend = Array.from({ length: count }, (_, row) => row);
  const run = createImportRun<number>({
    plan: { caller: 'ada', journal: 'jrn_1', toSend, ends: new Map(), known: new Map() },
    ...{ calls, timing: time, firstFive },
    onRow: (row, end) => ends.set(row, end),
  });
  const states = () => Map.groupBy(ends.values(), ({ state }) => state);
  return { run, time, ends, sent, announced, states };
}

describe('an import of this window', () => {
  it('announces all rows, sends the first five, and sends the others once a person says so', async () => {
    const { run, time, sent, announced } = prepare(8, { firstFive: true });
    const questions: (string | undefined)[] = [];
    run.onDidChange(() => {
      const { state, question } = run.progress();
      if (state !== 'asking') return;
      questions.push(question);
      assert.deepEqual(sent, [0, 1, 2, 3, 4]);
      run.continue();
    });
    assert.deepEqual(await time.run(run.start()), { end: 'finished' });
    assert.deepEqual(questions, ['The first 5 rows were sent. Continue with the other 3?']);
    assert.deepEqual(announced, [8]);
    assert.deepEqual(sent, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('says what became of the first five where not all of them are done', async () => {
    const failure = { code: 'CONFLICT', message: 'No.', outcome: 'refused' } as const;
    const context = { origin: 'http://bff', requestId: 'r', environment: 'sandbox' };
    const refused = new ClientError({
      ...{ ...context, reason: 'refused', status: 409, outcome: 'refused', failure },
    });
    const { run, time } = prepare(8, {
      firstFive: true,
      send: (row) => {
        if (row === 1) throw refused;
      },
    });
    const questions: (string | undefined)[] = [];
    run.onDidChange(() => {
      if (run.progress().state !== 'asking') return;
      questions.push(run.progress().question);
      run.continue();
    });
    await time.run(run.start());
    assert.deepEqual(questions, ['The first 5 rows: 4 done, 1 refused. Continue with the other 3?']);
  });

  it('gives every row its end when a person stops it after the first five', async () => {
    const { run, time, sent, ends, states } = prepare(8, { firstFive: true });
    run.onDidChange(() => {
      if (run.progress().state === 'asking') run.stop();
    });
    assert.deepEqual(await time.run(run.start()), { end: 'cancelled' });
    assert.equal(sent.length, 5);
    assert.equal(ends.size, 8);
    assert.equal(states().get('not_sent')?.length, 3);
  });

  it('sends nothing while it is paused, and goes on from there', async () => {
    const { run, time, sent } = prepare(6);
    let pausedAt = 0;
    run.onDidChange(() => {
      if (run.progress().done === 2 && pausedAt === 0) {
        pausedAt = time.now();
        run.pause();
        void time.sleep(60_000).then(() => {
          assert(sent.length <= 4);
          assert.equal(run.progress().state, 'paused');
          run.continue();
        });
      }
    });
    assert.deepEqual(await time.run(run.start()), { end: 'finished' });
    assert(time.now() > pausedAt + 60_000);
    assert.equal(sent.length, 6);
    assert.equal(run.progress().state, 'ended');
  });

  it('stops at once when nobody is signed in any more, and says why', async () => {
    const { run, time, sent, states } = prepare(50, {
      send: () => {
        throw new CommandError('NOT_SIGNED_IN', 'You are not signed in.');
      },
    });
    run.onDidChange(() => {
      if (run.progress().state === 'asking') run.stop();
    });
    const ended = await time.run(run.start());
    assert.equal(ended.end, 'stopped');
    assert.equal(ended.failure?.code, 'NOT_SIGNED_IN');
    assert(sent.length <= 2, `${sent.length} rows were tried`);
    assert.equal(states().get('not_sent')?.length, 50);
  });

  it('measures its rate', async () => {
    const { run, time } = prepare(30);
    let measured: number | undefined;
    run.onDidChange(() => {
      const { done, perMinute } = run.progress();
      if (done === 20) measured = perMinute;
    });
    await time.run(run.start());
    assert(measured !== undefined && measured > 50 && measured <= 60, `${measured}`);
  });
});
