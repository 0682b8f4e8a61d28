import { toMendName } from './columns.ts';
import { formatCsv } from './csv-table.ts';
import type { Roster, RosterRow } from './roster.ts';

/** What became of a row. `known`: it was done before. `invalid`: its contract refuses it, so it was not sent. */
export type RowState = 'succeeded' | 'known' | 'refused' | 'not_sent' | 'unknown' | 'invalid';

export type RowResult = {
  row: RosterRow;
  reference: string;
  state: RowState;
  code?: string | undefined;
  message?: string | undefined;
  requestId?: string | undefined;
  /** Pearsana's id of the new record, such as `inv_…`. */
  id?: string | undefined;
  /** ISO 8601. */
  at?: string | undefined;
};

const resultColumns = ['line', 'reference', 'state', 'code', 'words', 'request id', "Pearsana's id", 'time'];

/** `…-results.csv`: what became of every row. */
export function resultsFile(results: readonly RowResult[]): string {
  const rows = results.map(({ row, reference, state, code, message, requestId, id, at }) =>
    [String(row.line), reference, state, code, message, requestId, id, at].map((text) =>
      harmless(text ?? ''),
    ),
  );
  return formatCsv([resultColumns, ...rows]);
}

/** Whether a row belongs into the file of rows to correct: nothing of it was done, and nothing of it may have been. */
export function isToMend({ state }: RowResult): boolean {
  return state === 'invalid' || state === 'refused' || state === 'not_sent';
}

/**
 * `…-to-mend.csv`: the cells of the rows that failed, exactly as they were, and a last column with what was wrong, so that
 * the file can be corrected and imported as it is. Of JSON: the same, as JSON.
 */
export function toMendFile({ format, columns, delimiter }: Roster, results: readonly RowResult[]): string {
  const failed = results.filter(isToMend);
  if (format === 'json') {
    const entries = failed.map(({ row, message = '' }) => ({ ...row.draft, [toMendName]: message }));
    return `${JSON.stringify(entries, undefined, 2)}\n`;
  }
  // A file that has been corrected before has such a column already.
  const kept = columns.flatMap(({ header }, cell) => (header.trim() === toMendName ? [] : [cell]));
  const widest = failed.reduce((most, { row }) => Math.max(most, row.cells.length), columns.length);
  const places = [
    ...kept,
    ...Array.from({ length: widest - columns.length }, (_, more) => columns.length + more),
  ];
  const header = places.map((cell) => columns[cell]?.header ?? '');
  const rows = failed.map(({ row, message = '' }) => [
    ...places.map((cell) => row.cells[cell] ?? ''),
    harmless(message),
  ]);
  return formatCsv([[...header, toMendName], ...rows], delimiter);
}

/** A spreadsheet would run a cell that begins so. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
