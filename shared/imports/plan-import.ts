import type { KnownWrite } from '../activity.ts';
import type { ImportCalls } from './import-calls.ts';
import { endOfKnown, type RowEnd } from './row-end.ts';

/** What an import will do, before it does anything. */
export type ImportPlan<Row> = {
  /** The caller and the journal that it was planned with. With others it must not be carried out. */
  caller: string;
  journal: string;
  toSend: readonly Row[];
  /** The rows that are not sent, and how they end. */
  ends: ReadonlyMap<Row, RowEnd>;
  /** The earlier writes that were found, whatever follows from them. */
  known: ReadonlyMap<Row, KnownWrite>;
};

const rowsInLookup = 1_000;

/**
 * Looks up what is known of all rows, a thousand at a time: what was done is skipped, and what may have been done is never
 * sent.
 * @param rows those that their contract accepts.
 * @param options.again sends what had succeeded before once more.
 * @throws ClientError when the BFF cannot be asked.
 */
export async function planImport<Row>(
  rows: readonly Row[],
  calls: ImportCalls<Row>,
  { again = false }: { again?: boolean } = {},
): Promise<ImportPlan<Row>> {
  const { caller, journal } = await calls.whoAnswers();
  const known = new Map<Row, KnownWrite>();
  for (let at = 0; at < rows.length; at += rowsInLookup) {
    const some = rows.slice(at, at + rowsInLookup);
    const answer = await calls.lookUp(some);
    for (const [index, row] of some.entries()) {
      const write = answer.known[index];
      if (write) known.set(row, write);
    }
  }
  const ends = new Map<Row, RowEnd>();
  for (const [row, write] of known) {
    const end = endOfKnown(write, again);
    if (end) ends.set(row, end);
  }
  return { caller, journal, known, ends, toSend: rows.filter((row) => !ends.has(row)) };
}
