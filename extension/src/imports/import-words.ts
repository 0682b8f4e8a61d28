import type { ImportOperation } from '../../../shared/import-record.ts';
import type { PauseReason } from '../../../shared/imports/pause-rules.ts';
import type { RowState } from '../../../shared/imports/result-files.ts';

/** How many rows are in each state. */
export type RowCounts = Readonly<Record<RowState, number>>;

const stateWords: Record<RowState, string> = {
  succeeded: 'done',
  known: 'done before',
  refused: 'refused',
  not_sent: 'not sent',
  unknown: 'with an unknown outcome',
  invalid: 'faulty',
};

export function countRows(results: Iterable<{ state: RowState }>): Record<RowState, number> {
  const counts: Record<RowState, number> = {
    succeeded: 0,
    known: 0,
    refused: 0,
    not_sent: 0,
    unknown: 0,
    invalid: 0,
  };
  for (const { state } of results) counts[state] += 1;
  return counts;
}

/** As in `2,990 done, 10 refused`. */
export function countWords(counts: RowCounts): string {
  const words = Object.entries(stateWords).flatMap(([state, word]) => {
    const count = counts[state as RowState];
    return count === 0 ? [] : [`${numberWords(count)} ${word}`];
  });
  return words.length === 0 ? 'no rows' : words.join(', ');
}

export const numberWords = (count: number): string => count.toLocaleString('en');

/** As in `1 row` and `3,000 rows`. */
export const rowWords = (count: number): string => `${numberWords(count)} ${count === 1 ? 'row' : 'rows'}`;

/** What sending so many rows does, as in `invite 3,000 people`. */
export function deedWords(operation: ImportOperation, count: number): string {
  const one = count === 1;
  const deeds: Record<ImportOperation, string> = {
    createUser: `create ${numberWords(count)} ${one ? 'user' : 'users'}`,
    createInvitation: `invite ${numberWords(count)} ${one ? 'person' : 'people'}`,
    submitDocument: `submit ${numberWords(count)} ${one ? 'document' : 'documents'}`,
  };
  return deeds[operation];
}

/** As in `25 min`; `less than a minute`. */
export function timeLeftWords(rows: number, perMinute: number): string {
  const minutes = rows / Math.max(perMinute, 0.1);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 90) return `${Math.ceil(minutes)} min`;
  return `${numberWords(Math.ceil(minutes / 6) / 10)} h`;
}

/** As in `120 of 3,000 · 118 a minute · 25 min left`. */
export function progressWords(done: number, total: number, perMinute: number | undefined): string {
  const place = `${numberWords(done)} of ${numberWords(total)}`;
  if (perMinute === undefined) return place;
  return `${place} · ${numberWords(Math.round(perMinute))} a minute · ${timeLeftWords(total - done, perMinute)} left`;
}

export const pauseWords: Record<PauseReason, string> = {
  'first-refused': 'The first five rows were refused for the same reason.',
  'many-failed': 'Ten of the last twenty rows failed.',
  'many-unknown': 'Three rows in a row have no known outcome. Check the Pearsana portal before you continue.',
};
