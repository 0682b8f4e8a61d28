import { toMendName } from './columns.ts';
import { type Delimiter, formatCsv } from './csv-table.ts';
import { encodeText } from './file-text.ts';
import type { Roster, RosterRow } from './roster.ts';

/** How a row ended. `known`: the write was done before. `invalid`: the contract refuses the row, so it was not sent. */
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

/** A result as the file shows it. Whoever knows it from the BFF alone has no row of a file. */
export type ResultLine = Omit<RowResult, 'row'> & { row?: RosterRow };

const resultColumns = [
  'line',
  'reference',
  'state',
  'code',
  'message',
  'request id',
  "Pearsana's id",
  'time',
];

/** The content of `…-results.csv`: how every row ended. It is encoded as the roster was, and has the same delimiter. */
export function resultsFile(
  { delimiter, encoding }: Roster,
  results: readonly RowResult[],
): Uint8Array<ArrayBuffer> {
  return encodeText(resultsCsv(results, delimiter), encoding);
}

/** The same as a text. */
export function resultsCsv(results: readonly ResultLine[], delimiter?: Delimiter): string {
  const rows = results.map(({ row, reference, state, code, message, requestId, id, at }) =>
    [row && String(row.line), reference, state, code, message, requestId, id, at].map((text) =>
      harmless(text ?? ''),
    ),
  );
  return formatCsv([resultColumns, ...rows], delimiter);
}

/** Whether a row belongs in the file of rows to mend: it is certain that nothing was done for it. */
export function isToMend({ state }: RowResult): boolean {
  return state === 'invalid' || state === 'refused' || state === 'not_sent';
}

/**
 * The content of `…-to-mend.csv`: the rows that failed, with their cells unchanged, and a last column that says what was
 * wrong. A person can mend this file and import it. It is encoded as the roster was, and has the same delimiter; for a
 * JSON file, the result is JSON too.
 * @param fileName the name of the roster, for messages that name one of its lines
 */
export function toMendFile(
  { format, columns, delimiter, encoding }: Roster,
  results: readonly RowResult[],
  fileName = 'the original file',
): Uint8Array<ArrayBuffer> {
  // The line of another row is a line of the original file; here it would be the line of somebody else.
  const failed = results.filter(isToMend).map(({ message = '', ...result }) => ({
    ...result,
    message: message.replaceAll(
      doubled,
      (_, line) => `is already in line ${line} of ${fileName}. Delete this row`,
    ),
  }));
  if (format === 'json') {
    const entries = failed.map(({ row, message }) => ({ ...row.draft, [toMendName]: message }));
    return encodeText(`${JSON.stringify(entries, undefined, 2)}\n`, encoding);
  }
  // A file that was mended before already has this column.
  const kept = columns.flatMap(({ header }, cell) => (header.trim() === toMendName ? [] : [cell]));
  const widest = failed.reduce((most, { row }) => Math.max(most, row.cells.length), columns.length);
  const places = [
    ...kept,
    ...Array.from({ length: widest - columns.length }, (_, more) => columns.length + more),
  ];
  const header = places.map((cell) => columns[cell]?.header ?? '');
  const rows = failed.map(({ row, message }) => [
    ...places.map((cell) => row.cells[cell] ?? ''),
    harmless(message),
  ]);
  return encodeText(formatCsv([[...header, toMendName], ...rows], delimiter), encoding);
}

/** As `checkRoster` says that a person is in an earlier row. */
const doubled = /is already in line (\d+)\. Use one row for each person/g;

/** A spreadsheet would run a cell that begins with one of these characters as a formula. */
export function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
