import type { ImportOperation } from '../../shared/import-record.ts';
import type { CheckedRow } from '../../shared/imports/check-roster.ts';
import { createImportCalls } from '../../shared/imports/client-calls.ts';
import { countWords } from '../../shared/imports/count-rows.ts';
import { joinFaults } from '../../shared/imports/fault.ts';
import { planRoster } from '../../shared/imports/plan-import.ts';
import type { RowEnd } from '../../shared/imports/row-end.ts';
import type { Arguments } from './arguments.ts';
import type { Connection } from './connection.ts';
import type { Report } from './report.ts';
import { exitCodeOf, writeResultFiles } from './result-output.ts';
import { type RosterFile, readRosterFile, requestOf } from './roster-file.ts';

type Given = Arguments & { operation: ImportOperation };

/** Checks every row, and sends nothing. @returns the exit status. */
export async function checkFile(
  given: Given,
  connection: Connection | undefined,
  report: Report,
): Promise<number> {
  const file = await readRosterFile(given, given.operation, report, connection?.largestDocument);
  if (!file) return 1;
  const { rows, ends } = connection
    ? await knownEnds(file, given, connection)
    : { rows: file.rows, ends: new Map<CheckedRow, RowEnd>() };
  const counts = { ready: 0, known: 0, unknown: 0, invalid: 0 };
  for (const row of rows) {
    const { line, reference, faults } = row;
    const end = ends.get(row);
    const state =
      faults.length > 0
        ? 'invalid'
        : end?.state === 'known' || end?.state === 'unknown'
          ? end.state
          : 'ready';
    counts[state] += 1;
    const message = faults.length > 0 ? joinFaults(faults) : end?.message;
    report.row({ line, reference, state, code: end?.code, message, requestId: end?.requestId, id: end?.id });
  }
  const { ready, ...others } = counts;
  const words = [`${ready.toLocaleString('en')} ready`, countWords(others, notReadyWords)].filter(Boolean);
  report.say(`${words.join(', ')}. Nothing was sent.`);
  for (const sentence of file.missing) report.say(sentence);
  return counts.invalid > 0 ? 1 : 0;
}

const notReadyWords = { known: 'done before', unknown: 'with an unknown outcome', invalid: 'invalid' };

/** Asks the BFF for the outcome of every row, and reports it. @returns the exit status. */
export async function tellResults(given: Given, connection: Connection, report: Report): Promise<number> {
  const file = await readRosterFile(given, given.operation, report, connection.largestDocument);
  if (!file) return 1;
  const { rows, ends } = await knownEnds(file, given, connection);
  const results = rows.map((row) => {
    const { line, reference, faults } = row;
    const end: RowEnd = ends.get(row) ?? { state: 'not_sent', message: 'Not sent yet.' };
    const result =
      faults.length > 0
        ? {
            row,
            reference,
            state: 'invalid' as const,
            message: joinFaults(faults),
          }
        : { row, reference, ...end };
    report.row({ ...result, line });
    return result;
  });
  await writeResultFiles(file, results, given.out, report);
  for (const sentence of file.missing) report.say(sentence);
  return exitCodeOf(results);
}

/** All rows, and how those ended for which the BFF knows an earlier write, whoever sent it. */
async function knownEnds(
  file: RosterFile,
  { operation }: Given,
  { client, environment }: Connection,
): Promise<{ rows: readonly CheckedRow[]; ends: ReadonlyMap<CheckedRow, RowEnd> }> {
  const calls = createImportCalls<CheckedRow>(client, {
    ...{ environment: environment.id, operation, digest: file.digest, again: false },
    requestOf: (row) => requestOf(file.folder, row),
  });
  const { rows, plan } = await planRoster(file.rows, calls);
  const all = new Map<CheckedRow, RowEnd>(plan.ends);
  for (const [row, { state, requestId }] of plan.known) {
    if (state === 'refused') all.set(row, { state, requestId, message: 'Pearsana refused this row.' });
    if (state === 'in_flight')
      all.set(row, { state: 'unknown', requestId, message: 'This row is being sent at this moment.' });
  }
  return { rows, ends: all };
}
