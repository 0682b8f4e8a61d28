import type { RowState } from './result-files.ts';

/** How many rows are in each state, in the order in which people are told. */
export type RowCounts = Record<RowState, number>;

export function countRows(rows: Iterable<{ state: RowState }>): RowCounts {
  const counts: RowCounts = { succeeded: 0, known: 0, refused: 0, not_sent: 0, unknown: 0, invalid: 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}

/** As in `2,990 done, 10 refused`: the counts that are not 0, each with its words. */
export function countWords<Name extends string>(
  counts: Readonly<Record<Name, number>>,
  words: Readonly<Record<Name, string>>,
): string {
  const names = Object.keys(counts) as Name[];
  return names
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name].toLocaleString('en')} ${words[name]}`)
    .join(', ');
}
