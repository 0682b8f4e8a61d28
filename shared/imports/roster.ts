import { type ImportOperation, mostRows } from '../import-record.ts';
import { pathWords } from '../validate.ts';
import { type FieldPath, fieldNamed, isToMendName, plainName } from './columns.ts';
import { type CsvRow, type Delimiter, firstRows, parseCsv } from './csv-table.ts';
import type { Breathe, Fault } from './fault.ts';
import { readText, type TextEncoding } from './file-text.ts';
import { readJsonRows } from './json-rows.ts';

/** What a person says about a file's columns. */
export type ColumnWords = {
  /** The field that each column fills, by the column's header. */
  map?: Readonly<Record<string, string>>;
  /** The values that are the same in every row, by field. */
  set?: Readonly<Record<string, string>>;
};

/** An unchecked request. In a document's draft, `file` is still the name of a file. */
export type Draft = Record<string, unknown>;

export type RosterRow = {
  line: number;
  /** The row's cells; empty if the file is JSON. */
  cells: readonly string[];
  draft: Draft;
};

export type Column = {
  header: string;
  /** Undefined if the column is not used. */
  field: FieldPath | undefined;
};

export type Roster = {
  operation: ImportOperation;
  format: 'csv' | 'json';
  delimiter: Delimiter;
  encoding: TextEncoding;
  /** The file's text, in which every line ends with `\n`; empty if it could not be read. */
  text: string;
  columns: readonly Column[];
  rows: readonly RosterRow[];
  /** What is wrong with the file itself. Its rows have not been checked. */
  faults: readonly Fault[];
  /** Remarks for the person, which do not stop the import. */
  remarks: readonly Fault[];
};

/** How many rows become requests in one turn of the event loop. */
const rowsAtOnce = 100;

/** Reads a file's rows as requests. It does not check the rows: `checkRoster` does. */
export async function readRoster(
  bytes: Uint8Array,
  operation: ImportOperation,
  { map = {}, set = {}, breathe }: ColumnWords & { breathe: Breathe },
): Promise<Roster> {
  const unread: Roster = {
    ...{ operation, format: 'csv', delimiter: ',', encoding: 'utf-8', text: '' },
    ...{ columns: [], rows: [], faults: [], remarks: [] },
  };
  const read = await readText(bytes, breathe);
  if ('fault' in read) return { ...unread, faults: [read.fault] };
  const { text, encoding } = read;
  const empty = { ...unread, text, encoding };
  if (text.trim() === '') return { ...empty, faults: [{ message: 'The file is empty.' }] };
  const constants = constantsOf(operation, set);
  if ('fault' in constants) return { ...empty, faults: [constants.fault] };
  if (/^\s*[[{]/.test(text.slice(0, 1_000))) {
    const { rows, faults } = await readJsonRows(text, { mostRows, breathe });
    const filled = rows.map(({ line, request }) => ({
      line,
      cells: [],
      draft: withConstants(request, constants.values),
    }));
    return { ...empty, format: 'json', rows: filled, faults };
  }
  const header = headerOf(operation, text, map);
  const { delimiter } = header;
  const table = await parseCsv(text, { delimiter, mostRows: mostRows + 1, breathe });
  const [first, ...others] = table.rows;
  const csv = { ...empty, delimiter, columns: header.columns };
  if (!first || header.known === 0)
    return { ...csv, faults: [{ line: first?.line ?? 1, message: noHeaderWords(operation) }] };
  const faults = [...table.faults, ...sameFieldTwice(first, header.columns), ...unknownHeaders(header, map)];
  if (others.length > mostRows) faults.push({ message: tooManyWords });
  else if (others.length === 0) faults.push({ message: 'The file has a header and no rows.' });
  const draftOf = draftMaker(header.columns, constants.values);
  const rows: RosterRow[] = [];
  for (const [index, { line, cells }] of others.entries()) {
    if (index % rowsAtOnce === 0) await breathe();
    rows.push({ line, cells, draft: draftOf(cells) });
  }
  const remarks = header.columns.flatMap(({ header: name, field }, cell) =>
    field === undefined && name.trim() !== '' && !isToMendName(name)
      ? [{ line: first.line, cell, message: `The column “${name.trim()}” is not used.` }]
      : [],
  );
  return { ...csv, rows, faults, remarks };
}

const tooManyWords = `The file has more than ${mostRows.toLocaleString('en')} rows. Split it into several files.`;

type Header = { delimiter: Delimiter; columns: Column[]; known: number };

/** The header, split by the delimiter with which it has the most known columns. */
function headerOf(operation: ImportOperation, text: string, map: Readonly<Record<string, string>>): Header {
  const mapped = new Map(Object.entries(map).map(([name, field]) => [plainName(name), field]));
  const headers = firstRows(text).map(({ delimiter, cells }): Header => {
    const columns = cells.map((header) => {
      const named = mapped.get(plainName(header)) ?? header;
      return { header, field: isToMendName(header) ? undefined : fieldNamed(operation, named) };
    });
    return { delimiter, columns, known: columns.filter(({ field }) => field !== undefined).length };
  });
  return headers.reduce((best, each) =>
    each.known > best.known || (each.known === best.known && each.columns.length > best.columns.length)
      ? each
      : best,
  );
}

function sameFieldTwice({ line }: CsvRow, columns: readonly Column[]): Fault[] {
  const seen = new Map<string, string>();
  return columns.flatMap(({ header, field }, cell) => {
    if (!field) return [];
    const name = pathWords(field);
    const other = seen.get(name);
    seen.set(name, header);
    return other === undefined
      ? []
      : [
          {
            line,
            cell,
            message: `The columns “${other}” and “${header}” both mean ${name}. Rename or remove one.`,
          },
        ];
  });
}

/** A mapping for a column that does not exist is reported as a mistake. */
function unknownHeaders({ columns }: Header, map: Readonly<Record<string, string>>): Fault[] {
  const headers = new Set(columns.map(({ header }) => plainName(header)));
  return Object.keys(map)
    .filter((name) => !headers.has(plainName(name)))
    .map((name) => ({ message: `The file has no column “${name}” to map.` }));
}

type Constant = { field: FieldPath; text: string };

function constantsOf(
  operation: ImportOperation,
  set: Readonly<Record<string, string>>,
): { values: Constant[] } | { fault: Fault } {
  const values: Constant[] = [];
  for (const [name, text] of Object.entries(set)) {
    const field = fieldNamed(operation, name);
    if (!field) return { fault: { message: `There is no field “${name}” to set.` } };
    values.push({ field, text });
  }
  return { values };
}

/** Turns a row's cells into a request. Empty cells are left out, and so are list entries that no cell fills. */
function draftMaker(
  columns: readonly Column[],
  constants: readonly Constant[],
): (cells: readonly string[]) => Draft {
  return (cells) => {
    const draft: Draft = {};
    for (const [cell, { field }] of columns.entries()) {
      const text = cells[cell]?.trim() ?? '';
      if (field && text !== '') put(draft, field, text);
    }
    return withConstants(withoutGaps(draft) as Draft, constants);
  };
}

/** Fills the fields that a row leaves empty with the constants. */
function withConstants(draft: unknown, constants: readonly Constant[]): Draft {
  if (typeof draft !== 'object' || draft === null || Array.isArray(draft)) return draft as unknown as Draft;
  for (const { field, text } of constants) put(draft as Draft, field, text, false);
  return draft as Draft;
}

/** `roles` is a list of texts, so one cell may name several. */
const textsIn = (cell: string) =>
  cell
    .split(/[,;|]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');

function put(draft: Draft, path: FieldPath, text: string, replace = true): void {
  let at: Record<string | number, unknown> = draft;
  for (const [index, key] of path.entries()) {
    const next = path[index + 1];
    if (next === undefined) {
      if (Array.isArray(at) && key === 0) at.push(...textsIn(text));
      else if (replace || at[key] === undefined) at[key] = text;
      return;
    }
    const inside = at[key];
    if (typeof inside === 'object' && inside !== null) at = inside as Record<string | number, unknown>;
    else {
      const made: Record<string | number, unknown> = typeof next === 'number' ? ([] as never) : {};
      at[key] = made;
      at = made;
    }
  }
}

function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => each !== undefined).map(withoutGaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutGaps(each)]));
}

function noHeaderWords(operation: ImportOperation): string {
  const example =
    operation === 'submitDocument'
      ? 'Namespace, External ID, Document type, File'
      : 'E-mail, First name, Last name';
  return `This line contains no known column name. The first line must name the columns, for example: ${example}.`;
}
