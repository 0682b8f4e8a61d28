import { type KnownWrite, mostLookups } from '../activity.ts';
import type { CheckedRow } from './check-roster.ts';
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
  const known = await lookUpAll(rows, calls);
  return planOf(rows, { caller, journal, known }, again);
}

async function lookUpAll<Row>(
  rows: readonly Row[],
  calls: Pick<ImportCalls<Row>, 'lookUp'>,
): Promise<Map<Row, KnownWrite>> {
  const known = new Map<Row, KnownWrite>();
  for (let at = 0; at < rows.length; at += mostLookups) {
    const some = rows.slice(at, at + mostLookups);
    const answer = await calls.lookUp(some);
    for (const [index, row] of some.entries()) {
      const write = answer.known[index];
      if (write) known.set(row, write);
    }
  }
  return known;
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

/**
 * Plans all rows of a file. A row with faults is never sent. Where its person was written to all the same, somebody has mended
 * it in another file: it then has no faults, and counts as done before.
 * @throws ClientError when the BFF cannot be asked.
 */
export async function planRoster(
  checked: readonly CheckedRow[],
  calls: ImportCalls<CheckedRow>,
  options: { again?: boolean } = {},
): Promise<{ rows: CheckedRow[]; plan: ImportPlan<CheckedRow> }> {
  const plan = await planImport(
    checked.filter(({ faults }) => faults.length === 0),
    calls,
    options,
  );
  const faulty = checked.filter(({ faults, isIdentified }) => faults.length > 0 && isIdentified);
  const found = await lookUpAll(faulty, calls);
  const [ends, known] = [new Map(plan.ends), new Map(plan.known)];
  const rows = checked.map((row) => {
    const write = found.get(row);
    const end = write && endOfKnown(write, false);
    if (!write || end?.state !== 'known') return row;
    const mended = { ...row, faults: [] };
    known.set(mended, write);
    ends.set(mended, end);
    return mended;
  });
  return { rows, plan: { ...plan, ends, known } };
}
