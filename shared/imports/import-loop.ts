import { ClientError } from '../client-error.ts';
import type { ImportRecord } from '../import-record.ts';
import type { ImportCalls } from './import-calls.ts';
import { createPace } from './pace.ts';
import { createPauseRules, type PauseReason } from './pause-rules.ts';
import type { ImportPlan } from './plan-import.ts';
import {
  anotherBff,
  anotherCaller,
  mayHaveBeenSent,
  notReached,
  type RowEnd,
  rowFailureOf,
} from './row-end.ts';
import { createRowQueue } from './row-queue.ts';
import { idIn, type RowFailure, type Verdict, verdictOn } from './row-verdict.ts';

/** The host's clock, timer and random numbers. */
export type ImportTiming = { now: () => number; sleep: (ms: number) => Promise<void>; random: () => number };

/** Whether the person has paused or cancelled the import. The loop reads it a few times a second. */
export type ImportControl = { readonly paused: boolean; readonly cancelled: boolean };

export type ImportOptions<Row> = {
  plan: ImportPlan<Row>;
  calls: ImportCalls<Row>;
  timing: ImportTiming;
  control: ImportControl;
  /** The import to continue, if it is still open. */
  announced?: ImportRecord | undefined;
  onAnnounced?: (announced: ImportRecord) => void | Promise<void>;
  onRow: (row: Row, end: RowEnd) => void;
  /** Called when the BFF stops answering, and when it answers again. */
  onAway?: (away: boolean) => void;
  /** Asks whether to continue. The rows in progress have ended by then. */
  onPause: (reason: PauseReason) => Promise<'go-on' | 'end'>;
};

export type ImportEnd = {
  /** `finished`: every row has ended. `stopped`: the same failure would hit every row. `paused`: the person chose not to continue. */
  end: 'finished' | 'cancelled' | 'stopped' | 'paused';
  /** Why it was stopped. */
  failure?: RowFailure;
  /** Why it was paused. */
  reason?: PauseReason;
};

/** The longest time until the loop notices that a person pressed a button. */
const lookAroundMs = 200;
const firstAwayMs = 500;
const longestAwayMs = 15_000;

/**
 * Announces the import and sends the plan's rows at its pace, each at most once. You can end it at any moment, plan the same
 * file again and run that plan: it sends only the rows that are safe to send.
 */
export async function runImport<Row>(options: ImportOptions<Row>): Promise<ImportEnd> {
  const { calls, timing, control, onRow, plan } = options;
  const { caller, journal, toSend } = plan;
  if (toSend.length === 0) return { end: 'finished' };

  let announced: ImportRecord;
  function stopBefore(failure: RowFailure): ImportEnd {
    for (const row of toSend) onRow(row, notReached);
    return { end: 'stopped', failure };
  }
  try {
    if (options.announced?.state === 'open') announced = options.announced;
    else {
      const answer = await calls.announce(toSend.length);
      // A person may have reviewed the plan for hours, and somebody else may answer by then.
      if (answer.journal !== journal) return stopBefore(anotherBff);
      announced = answer.import;
    }
    if (announced.caller !== caller) return stopBefore(anotherCaller);
    await options.onAnnounced?.(announced);
  } catch (error) {
    return stopBefore(rowFailureOf(error));
  }

  const pace = createPace(announced.perMinute);
  const rules = createPauseRules();
  const queue = createRowQueue(toSend, timing);
  const underWay = new Set<Promise<void>>();
  let isAway = false;
  let pauseFor: PauseReason | undefined;
  let ending: ImportEnd | undefined;

  function end(row: Row, answered: RowEnd): void {
    // “Not sent” is about the last request. If the answer to an earlier one was lost, that one may have been sent.
    const isLost = answered.state === 'not_sent' && queue.mayHaveArrived(row);
    const rowEnd = isLost ? mayHaveBeenSent : answered;
    queue.ended(row);
    onRow(row, rowEnd);
    const reason = rules.note(rowEnd);
    pauseFor ??= reason;
  }

  function act(row: Row, verdict: Verdict): void {
    if (verdict.kind === 'done') {
      pace.good();
      end(row, { state: verdict.state, requestId: verdict.requestId, id: verdict.id });
    } else if (verdict.kind === 'failed') {
      if (verdict.state === 'refused') pace.good();
      else pace.slower(timing.now());
      end(row, { state: verdict.state, ...verdict.failure });
    } else if (verdict.kind === 'stop') {
      ending ??= { end: 'stopped', failure: verdict.failure };
      end(row, { state: verdict.state, ...verdict.failure });
    } else if (verdict.kind === 'away') {
      isAway = true;
      if (!queue.askAgain(row, verdict.state)) end(row, { state: verdict.state, ...verdict.failure });
    } else {
      const due = queue.later(row, verdict.afterMs, verdict.isLimit);
      // If the BFF says how long to wait, that applies to all rows.
      pace.slower((verdict.afterMs !== undefined && due) || timing.now());
      if (due === undefined)
        end(row, { state: verdict.isUnderWay ? 'unknown' : 'not_sent', ...verdict.failure });
    }
  }

  async function send(row: Row): Promise<void> {
    try {
      const { requestId, result, replayed } = await calls.send(row, announced);
      act(row, { kind: 'done', state: replayed ? 'known' : 'succeeded', requestId, id: idIn(result) });
    } catch (error) {
      if (error instanceof ClientError) act(row, verdictOn(error));
      else act(row, { kind: 'failed', state: 'not_sent', failure: rowFailureOf(error) });
    }
  }

  /** Waits until the BFF answers, and checks that it is still the same BFF and the same caller. */
  async function waitForBff(): Promise<void> {
    options.onAway?.(true);
    for (let wait = firstAwayMs; !control.cancelled && !ending; wait = Math.min(wait * 2, longestAwayMs)) {
      const until = timing.now() + wait * (0.5 + timing.random() / 2);
      for (let left = until - timing.now(); left > 0 && !control.cancelled; left = until - timing.now())
        await timing.sleep(Math.min(lookAroundMs, left));
      if (control.cancelled) return;
      try {
        const now = await calls.whoAnswers();
        if (now.journal !== journal) ending = { end: 'stopped', failure: anotherBff };
        else if (now.caller !== caller) ending = { end: 'stopped', failure: anotherCaller };
        isAway = false;
        options.onAway?.(false);
        return;
      } catch (error) {
        const verdict = error instanceof ClientError ? verdictOn(error) : undefined;
        if (verdict?.kind === 'stop') ending = { end: 'stopped', failure: verdict.failure };
      }
    }
  }

  while (!ending && !control.cancelled) {
    if (isAway) {
      await Promise.all(underWay);
      await waitForBff();
      continue;
    }
    if (pauseFor !== undefined) {
      await Promise.all(underWay);
      // One of the last rows may have ended the import; then there is nothing to ask.
      if (ending) break;
      if ((await options.onPause(pauseFor)) === 'end') ending = { end: 'paused', reason: pauseFor };
      pauseFor = undefined;
      rules.forget();
      continue;
    }
    if (queue.isEmpty()) {
      if (underWay.size === 0) break;
      await Promise.race(underWay);
      continue;
    }
    const now = timing.now();
    const wait = Math.max(pace.wait(now), queue.wait(now));
    if (control.paused || wait > 0 || underWay.size >= pace.atOnce()) {
      const nap = timing.sleep(Math.min(lookAroundMs, wait > 0 ? wait : lookAroundMs));
      await (wait > 0 ? nap : Promise.race([nap, ...underWay]));
      continue;
    }
    const row = queue.next(now);
    if (row === undefined) continue;
    pace.sent(now);
    const sending = send(row).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
  await Promise.all(underWay);
  for (const { row, mayHaveArrived } of queue.rest())
    onRow(row, mayHaveArrived ? mayHaveBeenSent : notReached);
  return ending ?? { end: control.cancelled ? 'cancelled' : 'finished' };
}
