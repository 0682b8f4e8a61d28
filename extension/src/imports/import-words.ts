import type { KnownWrite, WriteState } from '../../../shared/activity.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { countWords, type RowCounts } from '../../../shared/imports/count-rows.ts';
import type { RowState } from '../../../shared/imports/result-files.ts';
import type { CheckCounts } from '../contributions.ts';

export const stateWords: Record<RowState, string> = {
  succeeded: 'done',
  known: 'done before',
  refused: 'refused',
  not_sent: 'not sent',
  unknown: 'with an unknown outcome',
  invalid: 'faulty',
};

/** The same of one row, as a table says it. */
export const endWords: Record<RowState, string> = { ...stateWords, unknown: 'outcome unknown' };

/** Whether nothing is left to do. */
export function isWhole({ succeeded, known, ...others }: RowCounts): boolean {
  return Object.values(others).every((count) => count === 0);
}

/** As in `2,990 done, 10 refused`. */
export const stateCountWords = (counts: RowCounts): string => countWords(counts, stateWords) || 'no rows';

/** What is known of a file's rows before an import. */
export function countChecked(
  rows: readonly CheckedRow[],
  known: ReadonlyMap<CheckedRow, Pick<KnownWrite, 'state'>>,
): CheckCounts {
  const counts: CheckCounts = { new: 0, known: 0, refused: 0, unknown: 0, invalid: 0 };
  for (const row of rows) {
    const state = row.faults.length > 0 ? 'invalid' : known.get(row)?.state;
    counts[checkedStates[state ?? 'not_sent']] += 1;
  }
  return counts;
}

const checkedStates: Record<WriteState | 'invalid', keyof CheckCounts> = {
  ...{ not_sent: 'new', succeeded: 'known', refused: 'refused', invalid: 'invalid' },
  ...{ unknown: 'unknown', in_flight: 'unknown' },
};

const checkedWords: Record<keyof CheckCounts, string> = {
  new: 'new',
  known: 'done before',
  refused: 'refused before',
  unknown: 'with an unknown outcome',
  invalid: 'faulty',
};

/** As in `37 new, 263 done before`. */
export const checkWords = (counts: CheckCounts): string => countWords(counts, checkedWords) || 'no rows';

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

/** As in `120 of 3,000`, `118 a minute`, `25 min left`. */
export function progressParts(
  done: number,
  total: number,
  perMinute: number | undefined,
): [string, ...string[]] {
  const place = `${numberWords(done)} of ${numberWords(total)}`;
  if (perMinute === undefined) return [place];
  const left = `${timeLeftWords(total - done, perMinute)} left`;
  return [place, `${numberWords(Math.round(perMinute))} a minute`, left];
}

export const progressWords = (...progress: Parameters<typeof progressParts>): string =>
  progressParts(...progress).join(' · ');
