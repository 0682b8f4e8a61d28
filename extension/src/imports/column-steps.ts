import { type ImportOperation, importOperations } from '../../../shared/import-record.ts';
import { isPersonal } from '../../../shared/imports/columns.ts';
import { templateFields } from '../../../shared/imports/template.ts';
import { operations } from '../../../shared/operations.ts';
import { pathWords } from '../../../shared/validate.ts';
import { documentTypeOptions, isDocumentedType } from '../forms/document-type-options.ts';
import { faultWords } from '../forms/fault-words.ts';
import type { KeptColumns, LastEntries } from '../forms/last-entries.ts';
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
  /** The columns are used as they were for the last file with this header: what that answers is not asked for. */
  asBefore?: true;
};

/** What earlier imports and forms have left. */
export type ColumnMemory = {
  last?: LastEntries;
  columnsBefore?: (operation: ImportOperation) => KeptColumns | undefined;
};

export const importTitles: Record<ImportOperation, string> = {
  createUser: 'Create users',
  createInvitation: 'Invite people',
  submitDocument: 'Submit documents',
};

const sameInEveryRow = 'same-in-every-row';
const columnPrefix = 'column:';

/** Where the steps begin for an operation. */
export function beginColumns(operation: ImportOperation, { columnsBefore }: ColumnMemory): ColumnsDraft {
  const before = columnsBefore?.(operation);
  const anew = { operation, map: {}, set: {}, constant: [] };
  return before ? { ...anew, map: before.map, set: before.set, asBefore: true } : anew;
}

/** Asks what the file is for, and for each field that no column gives. */
export function columnSteps(
  fits: readonly Fit[],
  draft: ColumnsDraft,
  { asksOperation = true, ...memory }: ColumnMemory & { asksOperation?: boolean } = {},
) {
  const { operation, constant, set, asBefore } = draft;
  const { last = {} } = memory;
  const fit = fits.find((each) => each.operation === operation);
  const given = asBefore ? givenFields(draft) : new Set();
  const missing = fit && fit.used > 0 ? fit.missing.filter((field) => !given.has(field)) : [];
  const before = memory.columnsBefore?.(operation);
  return [
    ...(asksOperation ? [operationStep(fits, memory)] : []),
    ...(before ? [beforeStep(before, memory)] : []),
    ...missing.flatMap((field): Step<ColumnsDraft>[] => {
      const { unused = [], examples = {} } = fit ?? {};
      const mayBeConstant = !isPersonal(field);
      if (unused.length === 0) return !mayBeConstant ? [] : constantSteps(operation, field, set, last);
      const steps: Step<ColumnsDraft>[] = [columnStep(operation, field, { unused, examples }, mayBeConstant)];
      if (!constant.includes(field)) return steps;
      return [
        ...steps,
        ...constantSteps(operation, field, set, last).map((step) => ({ ...step, counted: false as const })),
      ];
    }),
  ];
}

/** The fields that every row lacks, whatever a person has said, in words. */
export function fieldsLacking(fits: readonly Fit[], draft: ColumnsDraft): string[] {
  const { operation } = draft;
  const fit = fits.find((each) => each.operation === operation);
  // An entry of a JSON list may lack what the next one has: each is told its own.
  if (!fit || fit.used === 0 || fit.format === 'json') return [];
  const given = givenFields(draft);
  return fit.missing.filter((field) => !given.has(field)).map((field) => fieldWords(operation, field));
}

function givenFields({ operation, map, set }: ColumnsDraft): Set<string> {
  return new Set(
    [...Object.values(map), ...Object.keys(set)].map((name) => pathWords(pathOf(operation, name))),
  );
}

/** As a new file calls its column. */
export function fieldWords(operation: ImportOperation, field: string): string {
  const named = templateFields(operation).find((each) => each.field && pathWords(each.field) === field);
  return named?.header ?? field;
}

function operationStep(fits: readonly Fit[], memory: ColumnMemory): ChoiceStep<ColumnsDraft> {
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
      return operation === draft.operation ? draft : beginColumns(operation, memory);
    },
  };
}

function beforeStep({ operation, map, set }: KeptColumns, memory: ColumnMemory): ChoiceStep<ColumnsDraft> {
  const wordsOf = (field: string) => fieldWords(operation, pathWords(pathOf(operation, field)));
  const words = [
    ...Object.entries(map).map(([header, field]) => `${wordsOf(field)} ← ${header.trim()}`),
    ...Object.entries(set).map(([field, text]) => `${wordsOf(field)}: ${text}`),
  ];
  return {
    kind: 'choice',
    id: 'before',
    ask: 'Columns',
    // It decides how many steps there are.
    counted: false,
    prompt: 'You have used a file with these columns before. Use them in the same way?',
    options: () => [
      { id: 'same', label: 'Use Them as Before', description: plain(words.join(' · '), 200) },
      { id: 'anew', label: 'Choose Again…', description: 'you are asked for each column' },
    ],
    put: (option) => beginColumns(operation, option === 'same' ? memory : {}),
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

/** One text for all rows; of a document's type, the documented ones are offered. */
function constantSteps(
  operation: ImportOperation,
  field: string,
  set: ColumnsDraft['set'],
  last: LastEntries,
): Step<ColumnsDraft>[] {
  if (field !== 'documentType') return [constantStep(operation, field, last)];
  const isOther = set[field] !== undefined && !isDocumentedType(set[field]);
  // It comes by the choice of another type.
  const other = { ...constantStep(operation, field, last), counted: false as const };
  return [documentTypeStep, ...(isOther ? [other] : [])];
}

const documentTypeStep: ChoiceStep<ColumnsDraft> = {
  kind: 'choice',
  id: 'documentType',
  ask: 'Document type',
  prompt: 'What are these documents?',
  options: () => documentTypeOptions(''),
  put: (option, draft) => ({ ...draft, set: { ...draft.set, documentType: option } }),
};

/** What a field is, where the forms say it too. */
const constantQuestions: Readonly<Record<string, string>> = {
  namespace: 'The namespace of these people’s external IDs, for example SIS; the same in every row',
  roleName: 'Role of the new users, for example student or faculty; the same in every row',
};

function constantStep(
  operation: ImportOperation,
  field: string,
  { namespace, roleName }: LastEntries,
): TextStep<ColumnsDraft> {
  const words = fieldWords(operation, field);
  const path = pathOf(operation, field);
  const name = String(path.at(-1));
  const suggestion = { namespace, roleName }[name];
  return {
    kind: 'text',
    id: `set:${field}`,
    ask: words,
    prompt: constantQuestions[name] ?? `${words}, the same in every row`,
    value: ({ set }) => set[field] ?? suggestion ?? '',
    check: (text) => {
      if (text.trim() === '') return `Enter a value for “${words}”`;
      const fault = faultAt(operations[operation].request, withValue({}, path, text), path);
      return fault && faultWords(fault);
    },
    put: (text, draft) => ({ ...draft, set: { ...draft.set, [field]: text } }),
  };
}
