import { type ImportOperation, importOperations } from '../../../shared/import-record.ts';
import { fieldNamed, isToMendName, requiredFields } from '../../../shared/imports/columns.ts';
import { firstRows } from '../../../shared/imports/csv-table.ts';
import { readText } from '../../../shared/imports/file-text.ts';
import { firstJsonEntry } from '../../../shared/imports/json-rows.ts';
import { pathWords, valueAt } from '../../../shared/validate.ts';
import { breathe } from './import-file.ts';

/** How well a file suits an operation, by its columns alone. */
export type Fit = {
  operation: ImportOperation;
  format: 'csv' | 'json';
  /** Fields that every request needs and that no column gives, as the contract spells them. */
  missing: readonly string[];
  /** All headers of a CSV file. */
  headers: readonly string[];
  /** Headers that nothing takes. */
  unused: readonly string[];
  /** How many columns are taken. */
  used: number;
  /** The cells of the first row, by the header of each. */
  examples: Readonly<Record<string, string>>;
};

/** Every operation, the likeliest first. Of a file that is no text, nothing is known. */
export async function fittingOperations(bytes: Uint8Array): Promise<Fit[]> {
  const read = await readText(bytes, breathe);
  const text = 'text' in read ? read.text : '';
  const entry = firstJsonEntry(text);
  const headers = firstRows(text);
  const fits = importOperations.map((operation) =>
    entry !== undefined ? fitOfEntry(operation, entry) : fitOfHeaders(operation, headers),
  );
  // Where no column fits, nothing is asked for: fewer fields may then be missing, and it is still no better.
  const isUnfit = ({ used }: Fit) => Number(used === 0);
  return fits.sort(
    (a, b) => isUnfit(a) - isUnfit(b) || a.missing.length - b.missing.length || b.used - a.used,
  );
}

/** Where a required field stands in a request. */
export const pathOf = (operation: ImportOperation, field: string) => fieldNamed(operation, field) ?? [field];

function fitOfEntry(operation: ImportOperation, request: unknown): Fit {
  const required = requiredFields(operation);
  const missing = required.filter((field) => valueAt(request, pathOf(operation, field)) === undefined);
  const used = required.length - missing.length;
  return { operation, format: 'json', missing, headers: [], unused: [], used, examples: {} };
}

function fitOfHeaders(operation: ImportOperation, headers: ReturnType<typeof firstRows>): Fit {
  const fits = headers.map(({ cells, next }): Fit => {
    const fields = cells.map((header) => (isToMendName(header) ? undefined : fieldNamed(operation, header)));
    const given = new Set(fields.flatMap((field) => (field ? [pathWords(field)] : [])));
    return {
      operation,
      format: 'csv',
      missing: requiredFields(operation).filter((field) => !given.has(field)),
      headers: cells,
      unused: cells.filter((header, cell) => !fields[cell] && header.trim() !== '' && !isToMendName(header)),
      used: given.size,
      examples: Object.fromEntries(cells.map((header, cell) => [header, next[cell]?.trim() ?? ''])),
    };
  });
  return fits.reduce((best, each) => (each.used > best.used ? each : best));
}
