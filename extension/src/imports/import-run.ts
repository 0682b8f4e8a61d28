import type { ImportRecord } from '../../../shared/import-record.ts';
import { countRows } from '../../../shared/imports/count-rows.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import { type ImportTiming, runImport } from '../../../shared/imports/import-loop.ts';
import { pauseWords } from '../../../shared/imports/pause-rules.ts';
import type { ImportPlan } from '../../../shared/imports/plan-import.ts';
import { notReached, type RowEnd } from '../../../shared/imports/row-end.ts';
import type { RowFailure } from '../../../shared/imports/row-verdict.ts';
import { createEvent, type Event } from '../event.ts';
import { CommandError } from '../failures/command-failure.ts';
import { firstRowCount } from './import-review.ts';
import { numberWords, stateCountWords } from './import-words.ts';

/** `asking`: it waits for a person, who continues or stops it. */
export type RunState = 'running' | 'away' | 'paused' | 'asking' | 'ended';

export type RunProgress = {
  state: RunState;
  done: number;
  total: number;
  /** As measured over the last rows; undefined before there is something to measure. */
  perMinute: number | undefined;
  /** Why it asks. */
  question: string | undefined;
};

export type RunEnd = {
  end: 'finished' | 'stopped' | 'cancelled';
  /** What stopped it, where nobody did. */
  failure?: RowFailure;
};

/** An import that is under way in this window. */
export type ImportRun = {
  progress: () => RunProgress;
  onDidChange: Event<void>;
  pause: () => void;
  continue: () => void;
  stop: () => void;
  /** Sends the rows. It does not throw. */
  start: () => Promise<RunEnd>;
};

export type RunOptions<Row> = {
  plan: ImportPlan<Row>;
  calls: ImportCalls<Row>;
  timing: ImportTiming;
  /** The import to continue, where it is still open. */
  announced?: ImportRecord | undefined;
  /** Asks after the first rows. */
  firstFive: boolean;
  onAnnounced?: (announced: ImportRecord) => void | Promise<void>;
  onRow: (row: Row, end: RowEnd) => void;
};

/** The rate is measured over so many rows. */
const measuredRows = 60;

export function createImportRun<Row>(options: RunOptions<Row>): ImportRun {
  const { plan, timing, firstFive, onAnnounced } = options;
  const total = plan.toSend.length;
  const changes = createEvent<void>();
  const control = { paused: false, cancelled: false };
  let state: RunState = 'running';
  let question: { words: string; answer: (answer: 'go-on' | 'end') => void } | undefined;
  let done = 0;
  const times: number[] = [];
  /** What became of the rows that a person looks at first. */
  const firstEnds: RowEnd[] = [];
  /** What ends every call alike, found in this window: the BFF was not asked. */
  let ownFailure: RowFailure | undefined;

  function become(next: RunState): void {
    state = next;
    changes.fire();
  }

  async function ask(words: string): Promise<'go-on' | 'end'> {
    if (control.cancelled) return 'end';
    const answer = await new Promise<'go-on' | 'end'>((resolve) => {
      question = { words, answer: resolve };
      become('asking');
    });
    question = undefined;
    times.length = 0;
    if (answer === 'go-on') become('running');
    return answer;
  }

  function onRow(row: Row, end: RowEnd): void {
    done += 1;
    if (firstEnds.length < firstRowCount) firstEnds.push(end);
    times.push(timing.now());
    if (times.length > measuredRows) times.shift();
    options.onRow(row, end);
    changes.fire();
  }

  /** Who is no longer signed in, or has another BFF in the settings, would fail row by row. */
  async function guarded<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof CommandError) {
        const { code, message } = error.failure;
        ownFailure ??= { code, message, requestId: '' };
        control.cancelled = true;
      }
      throw error;
    }
  }

  const { calls } = options;
  const guardedCalls: ImportCalls<Row> = {
    lookUp: (rows) => guarded(calls.lookUp(rows)),
    whoAnswers: () => guarded(calls.whoAnswers()),
    send: (row, announced) => guarded(calls.send(row, announced)),
    // What was confirmed is all of it, whatever is sent first.
    announce: () => guarded(calls.announce(total)),
  };

  function measured(): number | undefined {
    const [first] = times;
    const last = times.at(-1);
    if (first === undefined || last === undefined || last <= first) return undefined;
    return ((times.length - 1) * 60_000) / (last - first);
  }

  async function sendAll(): Promise<RunEnd> {
    const parts =
      firstFive && total > firstRowCount
        ? [plan.toSend.slice(0, firstRowCount), plan.toSend.slice(firstRowCount)]
        : [plan.toSend];
    let { announced } = options;
    let ended: RunEnd | undefined;
    for (const [index, toSend] of parts.entries()) {
      if (index > 0 && !ended) {
        const counts = countRows(firstEnds);
        const isDone = counts.succeeded + counts.known === firstRowCount;
        const sent = isDone ? ' were sent' : `: ${stateCountWords(counts)}`;
        const words = `The first ${firstRowCount} rows${sent}. Continue with the other ${numberWords(toSend.length)}?`;
        if ((await ask(words)) === 'end') ended = { end: 'cancelled' };
      }
      if (ended) {
        for (const row of toSend) onRow(row, notReached);
        continue;
      }
      const { end, failure } = await runImport({
        ...{ plan: { ...plan, toSend }, calls: guardedCalls, timing, control, announced, onRow },
        onAnnounced: async (record) => {
          announced = record;
          await onAnnounced?.(record);
        },
        onAway: (away) => become(away ? 'away' : control.paused ? 'paused' : 'running'),
        onPause: (reason) => ask(`${pauseWords[reason]} Continue?`),
      });
      const stopped = ownFailure ?? failure;
      if (stopped) ended = { end: 'stopped', failure: stopped };
      else if (end !== 'finished') ended = { end: 'cancelled' };
    }
    return ended ?? { end: 'finished' };
  }

  return {
    onDidChange: changes.event,
    progress: () => ({ state, done, total, perMinute: measured(), question: question?.words }),
    pause() {
      if (state !== 'running') return;
      control.paused = true;
      become('paused');
    },
    continue() {
      if (state === 'paused') {
        control.paused = false;
        times.length = 0;
        become('running');
      }
      question?.answer('go-on');
    },
    stop() {
      control.cancelled = true;
      question?.answer('end');
    },
    async start() {
      const ended = await sendAll();
      become('ended');
      return ended;
    },
  };
}
