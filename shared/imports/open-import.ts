import type { ImportOperation, ImportRecord } from '../import-record.ts';

/**
 * The import of the same file that this caller started before, if it can be continued: it is still open, and as many rows as
 * are left may still be sent. An import that may send rows again is continued only by one that may, too.
 */
export function openImportOf(
  imports: readonly ImportRecord[],
  {
    caller,
    operation,
    digest,
    rows,
    again = false,
  }: Pick<ImportRecord, 'caller' | 'digest' | 'rows' | 'again'> & { operation: ImportOperation },
): ImportRecord | undefined {
  return imports.find(
    (each) =>
      each.state === 'open' &&
      each.caller === caller &&
      each.operation === operation &&
      each.digest === digest &&
      (each.again ?? again) === again &&
      placesIn(each) >= rows,
  );
}

/** How many rows of what was announced may still be sent. */
function placesIn({ rows, counts }: ImportRecord): number {
  return rows - counts.succeeded - counts.unknown - counts.in_flight;
}
