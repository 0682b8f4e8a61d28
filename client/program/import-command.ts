import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../shared/environments.ts';
import type { ImportOperation } from '../../shared/import-record.ts';
import type { CheckedRow } from '../../shared/imports/check-roster.ts';
import { createImportCalls } from '../../shared/imports/client-calls.ts';
import { joinFaults } from '../../shared/imports/fault.ts';
import { runImport } from '../../shared/imports/import-loop.ts';
import { openImportOf } from '../../shared/imports/open-import.ts';
import { pauseWords } from '../../shared/imports/pause-rules.ts';
import { type ImportPlan, planRoster } from '../../shared/imports/plan-import.ts';
import type { RowResult } from '../../shared/imports/result-files.ts';
import { notReached, type RowEnd } from '../../shared/imports/row-end.ts';
import { type Arguments, UsageError } from './arguments.ts';
import type { Connection } from './connection.ts';
import type { Report } from './report.ts';
import { exitCodeOf, resultFolder, writeResultFiles } from './result-output.ts';
import { readRosterFile, requestOf } from './roster-file.ts';

/** The person was asked at the terminal, and did not agree. */
export class NotConfirmed extends Error {
  override readonly message = 'Not confirmed. Nothing was sent.';
}

/** Asks the person a question; the answer is empty if they gave up. Undefined if there is no terminal. */
export type Ask = ((question: string) => Promise<string>) | undefined;

export function createAsk(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Ask {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input, output });
    try {
      return (await terminal.question(question)).trim();
    } catch {
      // The person pressed Ctrl-C or Ctrl-D.
      output.write('\n');
      return '';
    } finally {
      terminal.close();
    }
  };
}

/** Sends every row that is ready, each at most once. @returns the exit status. */
export async function importFile(
  given: Arguments & { operation: ImportOperation },
  { client, environment, largestDocument }: Connection,
  { report, ask, cancelled }: { report: Report; ask: Ask; cancelled: () => boolean },
): Promise<number> {
  const { operation, again } = given;
  const file = await readRosterFile(given, operation, report, largestDocument);
  if (!file) return 1;
  const results = new Map<CheckedRow, RowResult>();
  const told = (row: CheckedRow, end: Omit<RowResult, 'row' | 'reference'>) => {
    const result = { row, reference: row.reference, ...end, at: new Date().toISOString() };
    results.set(row, result);
    report.row({ ...result, line: row.line });
  };
  for (const sentence of file.missing) report.say(sentence);
  const calls = createImportCalls<CheckedRow>(client, {
    ...{ environment: environment.id, operation, digest: file.digest, again, confirm: given.confirm },
    requestOf: (row) => requestOf(file.folder, row),
  });
  report.progress('Asking the BFF what was sent before …');
  const { rows, plan } = await planRoster(file.rows, calls, { again });
  for (const row of rows) {
    if (row.faults.length > 0)
      told(row, {
        state: 'invalid',
        code: 'VALIDATION_ERROR',
        message: joinFaults(row.faults),
      });
  }
  for (const [row, end] of plan.ends) told(row, end);

  const count = plan.toSend.length;
  if (count > 0) {
    resultFolder(file.folder, given.out);
    const { imports, perMinute: rate } = await client.imports({ environment: environment.id });
    report.say(planWords(rows, plan, rate));
    await confirm(count, given, environment, { ask, report });
    const announced = openImportOf(imports, {
      ...{ caller: plan.caller, operation, digest: file.digest, again },
      // Rows that it has sent again already are in the plan once more. They take no place, since they keep their keys.
      rows: again ? 0 : count,
    });
    const started = Date.now();
    let done = 0;
    let perMinute = 0;
    const { end, failure, reason } = await runImport({
      ...{ plan, calls, announced },
      timing: { now: () => performance.now(), sleep: (ms) => sleep(ms), random: Math.random },
      control: {
        paused: false,
        get cancelled() {
          return cancelled();
        },
      },
      onAnnounced: (record) => {
        ({ perMinute } = record);
        const verb = announced ? 'Continuing import' : 'Import';
        report.say(`${verb} ${record.id}: ${countWords(count)}, up to ${perMinute} a minute.`);
      },
      onRow: (row, rowEnd) => {
        told(row, rowEnd);
        // After the end of an import, the rows that it did not reach say nothing about its rate.
        if (rowEnd.code === notReached.code) return;
        done += 1;
        report.progress(progressWords({ done, count, perMinute, ms: Date.now() - started }));
      },
      onAway: (away) =>
        report.say(away ? 'The BFF is not answering. Waiting for it …' : 'The BFF is answering again.'),
      onPause: async (why) => {
        // After the last row there is nothing to ask.
        if (done >= count) return 'go-on';
        report.say(pauseWords[why]);
        const answer = ask && (await ask('Continue? [y/N] '));
        return answer && /^y(es)?$/i.test(answer) ? 'go-on' : 'end';
      },
    });
    if (failure) report.say(`The import was stopped: ${failure.message}`);
    else if (reason) report.say('The import was paused. Run the same command again to continue it.');
    else if (end === 'cancelled')
      report.say('The import was cancelled. Run the same command again to continue it.');
  }
  const inOrder = rows.flatMap((row) => results.get(row) ?? []);
  await writeResultFiles(file, inOrder, given.out, report);
  return exitCodeOf(inOrder);
}

/** Asks the person to confirm, or checks the options that confirm. @throws UsageError or NotConfirmed */
async function confirm(
  count: number,
  { confirm: named, rows, yes }: Arguments,
  { id, protected: isProtected }: Environment,
  { ask, report }: { ask: Ask; report: Report },
): Promise<void> {
  const what = countWords(count);
  if (isProtected) {
    if (named !== id) throw new UsageError(`${id} is protected: add --confirm ${id} to send ${what} to it.`);
    if (ask) {
      const typed = await ask(`This sends ${what} to ${id}. Type the number to confirm: `);
      if (typed.replaceAll(/[,. ]/g, '') !== String(count)) throw new NotConfirmed();
    } else if (rows !== count) {
      throw new UsageError(
        `Nothing was sent. Add --rows ${count} to confirm that you want to send ${what} to ${id}.`,
      );
    }
    return;
  }
  if (yes) {
    report.say(`Sending ${what} to ${id}.`);
    return;
  }
  if (!ask)
    throw new UsageError(`Nothing was sent. Add --yes to confirm that you want to send ${what} to ${id}.`);
  const answer = await ask(`Send ${what} to ${id}? [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new NotConfirmed();
}

/** As in `300 rows: 260 to send (at least 3 min), 38 done before, 2 invalid.` */
function planWords(
  rows: readonly CheckedRow[],
  { toSend, ends }: ImportPlan<CheckedRow>,
  perMinute: number | undefined,
): string {
  const countOf = (state: RowEnd['state']) => [...ends.values()].filter((end) => end.state === state).length;
  const time = perMinute ? ` (at least ${timeWords(toSend.length / perMinute)})` : '';
  const parts: [number, string][] = [
    [toSend.length, `to send${time}`],
    [countOf('known'), 'done before'],
    [countOf('unknown'), 'unknown'],
    [rows.filter(({ faults }) => faults.length > 0).length, 'invalid'],
  ];
  const words = parts.flatMap(([count, what]) =>
    count > 0 ? [`${count.toLocaleString('en')} ${what}`] : [],
  );
  return `${countWords(rows.length)}: ${words.join(', ')}.`;
}

function timeWords(minutes: number): string {
  return minutes < 1 ? `${Math.ceil(minutes * 60)} s` : `${Math.ceil(minutes)} min`;
}

function countWords(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}`;
}

/** @param progress.perMinute the import's rate. Its first rows go out at once, so measuring alone would promise too much. */
function progressWords({
  done,
  count,
  perMinute,
  ms,
}: Record<'done' | 'count' | 'perMinute' | 'ms', number>) {
  const rate = Math.min(perMinute, (done / Math.max(ms, 1)) * 60_000);
  const minutesLeft = (count - done) / Math.max(rate, 0.1);
  return `${done.toLocaleString('en')} of ${count.toLocaleString('en')} · ${Math.round(rate)} a minute · ${timeWords(minutesLeft)} left`;
}
