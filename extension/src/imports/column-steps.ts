import { documentTypes } from '../../../shared/documents.ts';
import { type ImportOperation, importOperations } from '../../../shared/import-record.ts';
import { templateFields } from '../../../shared/imports/template.ts';
import { operations } from '../../../shared/operations.ts';
import { pathWords } from '../../../shared/validate.ts';
import { faultWords } from '../forms/fault-words.ts';
import { faultAt, withValue } from '../forms/request-draft.ts';
import type { ChoiceStep, Option, Step, TextStep } from '../forms/step.ts';
import { plain } from '../plain-text.ts';
import { type Fit, pathOf } from './fitting-operations.ts';

/** What a person says of a file before it is checked. */
export type ColumnsDraft = {
  operation: ImportOperation;
  /** Fields by the header of the column that fills them. */
  map: Readonly<Record<string, string>>;
  /** Texts by the field that has this one text in every row. */
  set: Readonly<Record<string, string>>;
  /** The fields that were said to be the same in every row, before the text is given. */
  constant: readonly string[];
};

export const importTitles: Record<ImportOperation, string> = {
  createUser: 'Create users',
  createInvitation: 'Invite people',
  submitDocument: 'Submit documents',
};

/** What says who somebody is differs from row to row: one text for all rows would be a mistake. */
const personal = /(^|\.)(email|firstName|lastName|externalId|file)$/;

const sameInEveryRow = 'same-in-every-row';
const columnPrefix = 'column:';

/** Asks what the file is for, and for each field that no column gives. */
export function columnSteps(
  fits: readonly Fit[],
  { operation, constant, set }: ColumnsDraft,
  asksOperation = true,
) {
  const fit = fits.find((each) => each.operation === operation);
  const missing = fit && fit.used > 0 ? fit.missing : [];
  return [
    ...(asksOperation ? [operationStep(fits)] : []),
    ...missing.flatMap((field): Step<ColumnsDraft>[] => {
      const { unused = [], examples = {} } = fit ?? {};
      const isPersonal = personal.test(field);
      if (unused.length === 0) return isPersonal ? [] : constantSteps(operation, field, set);
      const steps: Step<ColumnsDraft>[] = [columnStep(operation, field, { unused, examples }, !isPersonal)];
      if (!constant.includes(field)) return steps;
      return [
        ...steps,
        ...constantSteps(operation, field, set).map((step) => ({ ...step, counted: false as const })),
      ];
    }),
  ];
}

/** The fields that every row lacks, whatever a person has said, in words. */
export function fieldsLacking(fits: readonly Fit[], { operation, map, set }: ColumnsDraft): string[] {
  const fit = fits.find((each) => each.operation === operation);
  // An entry of a JSON list may lack what the next one has: each is told its own.
  if (!fit || fit.used === 0 || fit.format === 'json') return [];
  const given = new Set(
    [...Object.values(map), ...Object.keys(set)].map((name) => pathWords(pathOf(operation, name))),
  );
  return fit.missing.filter((field) => !given.has(field)).map((field) => fieldWords(operation, field));
}

/** As a new file calls its column. */
export function fieldWords(operation: ImportOperation, field: string): string {
  const named = templateFields(operation).find((each) => each.field && pathWords(each.field) === field);
  return named?.header ?? field;
}

function operationStep(fits: readonly Fit[]): ChoiceStep<ColumnsDraft> {
  return {
    kind: 'choice',
    id: 'operation',
    ask: 'Operation',
    // It decides how many steps there are.
    counted: false,
    prompt: 'What should happen with each row?',
    options: () =>
      fits.map((fit) => ({
        id: fit.operation,
        label: importTitles[fit.operation],
        description: fitWords(fit),
      })),
    put: (option, draft) => {
      const operation = importOperations.find((each) => each === option) ?? draft.operation;
      return operation === draft.operation ? draft : { ...draft, operation, map: {}, set: {}, constant: [] };
    },
  };
}

function fitWords({ operation, missing, used }: Fit): string {
  if (missing.length === 0) return 'fits the columns';
  if (used === 0) return 'no column fits';
  return `no column for ${missing.map((field) => fieldWords(operation, field)).join(', ')}`;
}

function columnStep(
  operation: ImportOperation,
  field: string,
  { unused, examples }: Pick<Fit, 'unused' | 'examples'>,
  mayBeConstant: boolean,
): ChoiceStep<ColumnsDraft> {
  const words = fieldWords(operation, field);
  const constantOption: Option = {
    id: sameInEveryRow,
    label: 'The same in every row…',
    description: 'enter one value for all rows',
  };
  const place = (header: string) => Number(isUnlikely(operation, field, examples[header] ?? ''));
  return {
    kind: 'choice',
    id: `${columnPrefix}${field}`,
    ask: words,
    prompt: `Which column holds “${words}”?`,
    options: ({ map }) => [
      ...(mayBeConstant ? [constantOption] : []),
      ...unused
        .filter((header) => map[header] === undefined || map[header] === field)
        .toSorted((a, b) => place(a) - place(b))
        .map((header) => ({
          ...{ id: columnPrefix + header, label: header.trim() },
          description: plain(examples[header] ?? '', 60) || '(empty)',
        })),
    ],
    put: (option, draft) => {
      const others = Object.entries(draft.map).filter(([, mapped]) => mapped !== field);
      const constants = draft.constant.filter((each) => each !== field);
      if (option === sameInEveryRow)
        return { ...draft, map: Object.fromEntries(others), constant: [...constants, field] };
      const { [field]: _, ...set } = draft.set;
      const header = option.slice(columnPrefix.length);
      return { ...draft, set, constant: constants, map: Object.fromEntries([...others, [header, field]]) };
    },
  };
}

/** Whether the first row's cell speaks against a column: it is offered last, since Enter takes the first. */
function isUnlikely(operation: ImportOperation, field: string, example: string): boolean {
  if (/(first|last)Name$/.test(field)) return /[\d@]/.test(example);
  if (field.endsWith('externalId')) return !/\d/.test(example);
  const path = pathOf(operation, field);
  return faultAt(operations[operation].request, withValue({}, path, example), path) !== undefined;
}

const documentedTypes: readonly string[] = Object.values(documentTypes).flat();

/** One text for all rows; of a document's type, the documented ones are offered. */
function constantSteps(
  operation: ImportOperation,
  field: string,
  set: ColumnsDraft['set'],
): Step<ColumnsDraft>[] {
  if (field !== 'documentType') return [constantStep(operation, field)];
  const isOther = set[field] !== undefined && !documentedTypes.includes(set[field]);
  // It comes by the choice of another type.
  const other = { ...constantStep(operation, field), counted: false as const };
  return [documentTypeStep, ...(isOther ? [other] : [])];
}

const documentTypeStep: ChoiceStep<ColumnsDraft> = {
  kind: 'choice',
  id: 'documentType',
  ask: 'Document type',
  prompt: 'What are these documents?',
  options: () => [
    ...Object.entries(documentTypes).flatMap(([group, types]) =>
      types.map((type, index) => ({
        ...{ id: type, label: type },
        ...(index === 0 && { separatorAbove: group }),
      })),
    ),
    { id: '', label: 'Another type…', separatorAbove: 'other' },
  ],
  put: (option, draft) => ({ ...draft, set: { ...draft.set, documentType: option } }),
};

function constantStep(operation: ImportOperation, field: string): TextStep<ColumnsDraft> {
  const words = fieldWords(operation, field);
  const path = pathOf(operation, field);
  return {
    kind: 'text',
    id: `set:${field}`,
    ask: words,
    prompt: `${words}, the same in every row`,
    value: ({ set }) => set[field] ?? '',
    check: (text) => {
      if (text.trim() === '') return `Enter a value for “${words}”`;
      const fault = faultAt(operations[operation].request, withValue({}, path, text), path);
      return fault && faultWords(fault);
    },
    put: (text, draft) => ({ ...draft, set: { ...draft.set, [field]: text } }),
  };
}
