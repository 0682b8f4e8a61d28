import type { Issue } from '../errors.ts';
import { referencesOf, referenceWords } from '../external-references.ts';
import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';
import { operations } from '../operations.ts';
import { pathWords, validate, valueAt } from '../validate.ts';
import { fileField } from './columns.ts';
import { type Breathe, type Fault, faultSentence } from './fault.ts';
import type { Column, Draft, Roster, RosterRow } from './roster.ts';

/** A checked row. It may be sent if it has no faults. */
export type CheckedRow = RosterRow & {
  /** The person whom the row is about, as in `SIS 20261234`. */
  reference: string;
  references: readonly ExternalReference[];
  faults: readonly Fault[];
  /** Whether it is certain whom the row is about, whatever its faults are. */
  isIdentified: boolean;
};

/** How many rows are checked in one turn of the event loop. */
const rowsAtOnce = 25;

const referencesField = 'externalReferences';

/** A placeholder for a document's content, which is read only when the document is sent. */
const anyContent = 'AAAA';

/** Checks every row against the operation's contract, and for people who are in an earlier row already. */
export async function checkRoster(
  { operation, columns, rows }: Roster,
  { breathe }: { breathe: Breathe },
): Promise<CheckedRow[]> {
  const cells = new Map(
    columns.flatMap(({ field }, cell) => (field ? [[pathWords(field), cell] as const] : [])),
  );
  const findDouble = doubleFinder(operation);
  const checked: CheckedRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % rowsAtOnce === 0) await breathe();
    const place = (issue: Issue): Fault => {
      const cell = cellOf(issue.path, cells);
      if (cell === undefined) return { line: row.line, message: faultSentence(issue) };
      // A column of the group that lacks everything is the first that has to be filled in.
      const { field = [], header } = columns[cell] ?? {};
      const path = pathWords(field).startsWith(issue.path) ? pathWords(field) : issue.path;
      return { line: row.line, message: faultSentence({ ...issue, path }, header?.trim()), cell };
    };
    const extra = extraCells(row, columns);
    const spoilt = [...spoiltCells(row, columns), ...extra];
    // Report a cell that a spreadsheet spoilt only once: repeating that the contract refuses its value would not help.
    const spoiltPlaces = new Set(spoilt.map(({ cell }) => cell));
    const issues = issuesOf(operation, row.draft);
    const broken = issues.map(place).filter(({ cell }) => cell === undefined || !spoiltPlaces.has(cell));
    const references = referencesOf(operation, row.draft);
    const double = findDouble(row, references);
    const faults = [...spoilt, ...broken, ...(double ? [place(double)] : [])];
    // Whose id is wrong, in doubt or in two rows may be somebody else.
    const isIdentified =
      operation !== 'submitDocument' &&
      references.length > 0 &&
      extra.length === 0 &&
      ![...issues, ...(double ? [double] : [])].some(({ path }) => path.startsWith(referencesField)) &&
      !spoilt.some(({ cell }) => columns[cell ?? -1]?.field?.[0] === referencesField);
    checked.push({ ...row, reference: referenceWords(references), references, faults, isIdentified });
  }
  return checked;
}

function issuesOf(operation: ImportOperation, draft: Draft): readonly Issue[] {
  const isObject = typeof draft === 'object' && draft !== null && !Array.isArray(draft);
  const named = isObject && operation === 'submitDocument' ? draft[fileField] : undefined;
  const issues = named === undefined ? [] : fileNameFaults(named);
  const request = named === undefined ? draft : { ...draft, [fileField]: anyContent };
  const validation = validate(operations[operation].request, request);
  return validation.ok ? issues : [...issues, ...validation.issues];
}

/** A document must be in the folder of the imported file, or below it: never above it, and never on another machine. */
function fileNameFaults(name: unknown): Issue[] {
  const inside =
    typeof name === 'string' &&
    !/^([/\\]|[a-z]:|[a-z][a-z0-9+.-]+:\/\/)/i.test(name) &&
    !name.split(/[/\\]/).includes('..');
  return inside
    ? []
    : [
        {
          path: fileField,
          message: 'must be the name of a file in the same folder as this file, or below it',
        },
      ];
}

/** Finds a person who is in the file twice. Otherwise the person would be written to twice. */
function doubleFinder(
  operation: ImportOperation,
): (row: RosterRow, references: readonly ExternalReference[]) => Issue | undefined {
  const seen = new Map<string, number>();
  return ({ line, draft }, references) => {
    const marks = marksOf(operation, draft, references);
    const found = marks.find(({ mark }) => seen.has(mark));
    const first = found && seen.get(found.mark);
    for (const { mark } of marks) if (!seen.has(mark)) seen.set(mark, line);
    return found && { path: found.path, message: `is already in line ${first}. Use one row for each person` };
  };
}

/** Two rows with the same mark are about the same person: they share an external reference or the e-mail address. */
function marksOf(
  operation: ImportOperation,
  draft: Draft,
  references: readonly ExternalReference[],
): { path: string; mark: string }[] {
  if (operation === 'submitDocument') {
    // A person may have many documents, but each file only once.
    const file = valueAt(draft, [fileField]);
    return references.map((reference) => ({
      path: fileField,
      mark: JSON.stringify([reference.namespace, reference.externalId, file]),
    }));
  }
  const byReference = references.map(({ namespace, externalId }, index) => ({
    path: `externalReferences[${index}].externalId`,
    mark: JSON.stringify([namespace, externalId]),
  }));
  const path = operation === 'createUser' ? ['identity', 'email'] : ['email'];
  const email = valueAt(draft, path);
  return typeof email === 'string' && email !== ''
    ? [...byReference, { path: pathWords(path), mark: email.toLowerCase() }]
    : byReference;
}

/** Cells that a spreadsheet spoilt: `1.2E+10` is how Excel shortens a long number, and `####` means a column was too narrow. */
const scientific = /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i;
const formulaFault = /^(?:#+|#(?:REF|N\/A|VALUE|NAME\?|DIV\/0|NUM|NULL|SPILL|CALC)!?\??)$/i;

function spoiltCells({ line, cells }: RosterRow, columns: readonly Column[]): Fault[] {
  return columns.flatMap(({ header, field }, cell) => {
    const text = cells[cell]?.trim() ?? '';
    if (!field || text === '') return [];
    if (formulaFault.test(text))
      return [{ line, cell, message: `${header.trim()}: “${text}” is a spreadsheet's error, not a value.` }];
    if (scientific.test(text) && field.at(-1) === 'externalId') {
      return [
        {
          ...{ line, cell },
          message: `${header.trim()}: “${text}” is how Excel shortens a long number. Format the column as Text in the original file, and save it again.`,
        },
      ];
    }
    return [];
  });
}

function extraCells({ line, cells }: RosterRow, columns: readonly Column[]): Fault[] {
  const extra = cells.findIndex(
    (text, cell) => text.trim() !== '' && (columns[cell]?.header.trim() ?? '') === '',
  );
  if (extra < 0) return [];
  return [
    {
      line,
      cell: extra,
      message: 'This cell has no column. Put quotation marks around a text that contains a separator.',
    },
  ];
}

/** The cell that an issue is about: the cell of that field, or of a field inside it. */
function cellOf(path: string, cells: ReadonlyMap<string, number>): number | undefined {
  const exact = cells.get(path);
  if (exact !== undefined || path === '') return exact;
  for (const [name, cell] of cells)
    if (name.startsWith(`${path}.`) || name.startsWith(`${path}[`)) return cell;
  return undefined;
}
