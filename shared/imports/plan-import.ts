import type { KnownWrite } from '../activity.ts';
import type { ImportCalls } from './import-calls.ts';
import { endOfKnown, type RowEnd } from './row-end.ts';

/** What an import will do, before it does anything. */
export type ImportPlan<Row> = {
  /** The caller and the journal that the plan was made with. The plan must not be run with others. */
  caller: string;
  journal: string;
  toSend: readonly Row[];
  /** The rows that will not be sent, and how they end. */
  ends: ReadonlyMap<Row, RowEnd>;
  /** All earlier writes that were found, whether they keep the row from being sent or not. */
  known: ReadonlyMap<Row, KnownWrite>;
};

const rowsInLookup = 1_000;

/**
 * Looks up the earlier writes of all rows, a thousand at a time. Rows that were done before are skipped, and rows whose
 * earlier write has no known outcome are never sent.
 * @param rows rows without faults.
 * @param options.again also sends rows that succeeded before.
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
  return planOf(rows, { caller, journal, known }, again);
}

/**
 * The plan that follows from what a lookup found.
 * @param again also sends rows that succeeded before: all of them, or those that were begun before a time (ISO 8601).
 */
export function planOf<Row>(
  rows: readonly Row[],
  found: Pick<ImportPlan<Row>, 'caller' | 'journal' | 'known'>,
  again: boolean | { before: string },
): ImportPlan<Row> {
  const ends = new Map<Row, RowEnd>();
  for (const [row, write] of found.known) {
    const isAgain = typeof again === 'boolean' ? again : write.startedAt < again.before;
    const end = endOfKnown(write, isAgain);
    if (end) ends.set(row, end);
  }
  return { ...found, ends, toSend: rows.filter((row) => !ends.has(row)) };
}
