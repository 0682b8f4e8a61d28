import type { ImportOperation, ImportRecord } from '../import-record.ts';

/**
 * The import of the same file that this caller started before, if it can be continued: it is still open, and as many rows as
 * are left may still be sent.
 */
export function openImportOf(
  imports: readonly ImportRecord[],
  {
    caller,
    operation,
    digest,
    rows,
  }: Pick<ImportRecord, 'caller' | 'digest' | 'rows'> & { operation: ImportOperation },
): ImportRecord | undefined {
  return imports.find(
    (each) =>
      each.state === 'open' &&
      each.caller === caller &&
      each.operation === operation &&
      each.digest === digest &&
      placesIn(each) >= rows,
  );
}

/** How many rows of what was announced may still be sent. */
function placesIn({ rows, counts }: ImportRecord): number {
  return rows - counts.succeeded - counts.unknown - counts.in_flight;
}
