import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import type { ImportPlan } from '../../../shared/imports/plan-import.ts';
import type { Roster } from '../../../shared/imports/roster.ts';
import { valueAt } from '../../../shared/validate.ts';
import { confirmationStep, localWords, mark, type ReviewedEnvironment } from '../forms/review.ts';
import { type ChoiceStep, GoTo, type Option, type Step } from '../forms/step.ts';
import { capitalised, plain } from '../plain-text.ts';
import { type ColumnsDraft, importTitles } from './column-steps.ts';
import { exampleLines } from './example-lines.ts';
import { deedWords, numberWords, rowWords, timeLeftWords } from './import-words.ts';

/** So many rows are sent before a person is asked to continue, where that was chosen. */
export const firstRowCount = 5;

/** The lines of the review that send; all others only show. */
const [sendAll, sendFirst] = ['send-all', 'send-first'];

const invalidId = 'invalid';

/** The step that says what happens with rows that were done before. It is asked only where a person goes to it. */
export const knownStepId = 'known';

export type ReviewDraft = {
  firstFive: boolean;
  /** Also sends what was done before. */
  again: boolean;
};

export type ReviewedImport = {
  fileName: string;
  operation: ImportOperation;
  environment: ReviewedEnvironment;
  rows: readonly CheckedRow[];
  plan: Pick<ImportPlan<CheckedRow>, 'toSend' | 'ends' | 'known'>;
  /** Whether a person chose to look at the first rows before the others are sent. */
  firstFive?: boolean;
  /** Where the values of each row come from. */
  columns: Roster['columns'];
  set: ColumnsDraft['set'];
  /** How many rows a minute may be sent; undefined where the BFF does not say. */
  perMinute: number | undefined;
  /** Whether the rows are the documents of a folder, and how many of its files are left out. */
  isFolder?: boolean;
  leftOut?: number;
  /** Opens VS Code's list of the faults. */
  openProblems?: () => void;
  /** How many rows the file had when it was confirmed, where it has changed since. */
  rowsBefore?: number;
};

/** The last look at all of it, and where the environment is protected its name and the number, typed. */
export function reviewSteps(reviewed: ReviewedImport): Step<ReviewDraft>[] {
  const { environment, plan, operation, firstFive } = reviewed;
  const count = plan.toSend.length;
  const wanted = confirmationText(environment.id, count);
  const deed = deedWords(operation, count);
  const deeds =
    firstFive && count > firstRowCount
      ? `${deed}: the first ${firstRowCount} now, the other ${numberWords(count - firstRowCount)} after you agree`
      : deed;
  const confirmation = confirmationStep<ReviewDraft>(wanted, deeds, consequenceOf(reviewed));
  const steps = [
    ...(doneBefore(plan) > 0 ? [knownStep(doneBefore(plan))] : []),
    reviewStep(reviewed),
    ...(environment.protected ? [confirmation] : []),
  ];
  // Those about the columns were counted before, without these.
  return steps.map((step) => ({ ...step, counted: false }));
}

/** What comes of it for each person, said before it is sent. */
function consequenceOf({
  environment,
  operation,
}: Pick<ReviewedImport, 'environment' | 'operation'>): string {
  if (environment.kind === 'local') return localWords[operation];
  return operation === 'createInvitation' ? 'Pearsana e-mails each person.' : '';
}

/** How many rows were done before, whether they are sent again or not. */
function doneBefore({ known }: ReviewedImport['plan']): number {
  return [...known.values()].filter(({ state }) => state === 'succeeded').length;
}

function knownStep(count: number): ChoiceStep<ReviewDraft> {
  const [skip, again] = ['skip', 'again'];
  return {
    kind: 'choice',
    id: knownStepId,
    ask: 'Done before',
    prompt: `What should happen with ${rowWords(count)} that ${count === 1 ? 'was' : 'were'} done before?`,
    options: () => [
      { id: skip, label: 'Skip Them', description: 'nothing is sent twice' },
      { id: again, label: 'Send Them Again', description: 'each of them gets it a second time' },
    ],
    put: (option, draft) => ({ ...draft, again: option === again }),
  };
}

export const isFaulty = ({ faults }: CheckedRow): boolean => faults.length > 0;

function reviewStep(reviewed: ReviewedImport): ChoiceStep<ReviewDraft> {
  return {
    kind: 'choice',
    id: 'review',
    ask: 'Review',
    prompt: `${reviewed.environment.protected ? 'This reaches real people. ' : ''}Nothing is sent until you choose how`,
    options: () => [...sendOptions(reviewed), ...reviewLines(reviewed), ...exampleOptions(reviewed)],
    put: (option, draft) => {
      if (option === sendAll || option === sendFirst) return { ...draft, firstFive: option === sendFirst };
      if (option === invalidId) reviewed.openProblems?.();
      return new GoTo(option === knownStepId ? knownStepId : 'review');
    },
  };
}

function sendOptions({ environment, operation, plan }: ReviewedImport): Option[] {
  const count = plan.toSend.length;
  if (count === 0) return [];
  const consequence = consequenceOf({ environment, operation });
  const next = environment.protected
    ? `next, you type “${confirmationText(environment.id, count)}”`
    : environment.apiUrl;
  const all: Option = {
    id: sendAll,
    label: `${capitalised(deedWords(operation, count))} — ${environment.name}`,
    description: next,
    detail: `${consequence} You can pause or stop it at any time.`.trim(),
    ...mark(environment),
  };
  if (count <= firstRowCount) return [all];
  const first: Option = {
    id: sendFirst,
    label: `Send the first ${firstRowCount}, then ask — ${environment.name}`,
    description: next,
    detail: `${consequence} You look at these ${firstRowCount} before the rest.`.trim(),
    ...mark(environment),
  };
  // The first one is taken by Enter alone.
  return environment.protected ? [first, all] : [all, first];
}

/** One whole row, and where each of its values comes from: whoever took the wrong column sees it there. */
function exampleOptions(reviewed: ReviewedImport): Option[] {
  const { operation, plan } = reviewed;
  const [row] = plan.toSend;
  if (!row) return [];
  return exampleLines(operation, reviewed, row).map(({ label, value }, index) => ({
    ...{ id: `example:${index}`, label: plain(label, 100), description: plain(value, 100) },
    ...(index === 0 && { separatorAbove: 'The first row that will be sent' }),
  }));
}

/** The name and the address of a row's person, which is seen without scrolling. */
function personIn(row: CheckedRow | undefined): string[] {
  const at = (...path: string[]) => valueAt(row?.draft, path);
  const name = ['firstName', 'lastName'].map((each) => at('identity', each) ?? '').join(' ');
  return [name.trim(), String(at('email') ?? at('identity', 'email') ?? '')];
}

function reviewLines(reviewed: ReviewedImport): Option[] {
  const {
    fileName,
    operation,
    environment,
    rows,
    plan,
    perMinute,
    isFolder,
    leftOut = 0,
    rowsBefore,
  } = reviewed;
  const { toSend, ends } = plan;
  const ended = [...ends.values()];
  const count = (state: string) => ended.filter((end) => end.state === state).length;
  const faulty = rows.filter(isFaulty).length;
  // The review may cover the file.
  const inFile = isFolder ? '' : ' in Problems; Escape shows them in the file';
  const done = doneBefore(plan);
  const isAgain = done > 0 && count('known') < done;
  const change = isAgain ? 'choose this line to skip them' : 'choose this line to send them again';
  const changed =
    rowsBefore === undefined
      ? ''
      : ` · changed since you confirmed it: ${rowWords(rows.length)} now, ${numberWords(rowsBefore)} then`;
  const rowLine = (row: CheckedRow | undefined) =>
    row ? `${isFolder ? row.draft.file : `line ${row.line}`} · ${row.reference}` : '';
  const lines: [id: string, label: string, value: string][] = [
    ['file', isFolder ? 'Folder' : 'File', fileName + changed],
    ['operation', 'Operation', importTitles[operation]],
    ['environment', 'Environment', `${environment.name} · ${environment.apiUrl}`],
    ['send', 'Will be sent', rowWords(toSend.length)],
    [
      knownStepId,
      isAgain ? 'Sent again, done before' : 'Skipped, done before',
      // What was mended in another file cannot be sent from this one.
      done === 0 ? '0' : `${numberWords(isAgain ? done - count('known') : done)} · ${change}`,
    ],
    [
      invalidId,
      'Skipped, faulty',
      faulty > 0 ? `${numberWords(faulty)} · choose this line to see them${inFile}` : '0',
    ],
    ['unknown', 'Skipped, outcome unknown', numberWords(count('unknown'))],
    ...(isFolder
      ? [
          ['left-out', 'Left out', `${numberWords(leftOut)} · their names do not fit the pattern`] satisfies [
            string,
            string,
            string,
          ],
        ]
      : []),
    ['first', 'First', [rowLine(toSend[0]), ...personIn(toSend[0])].filter(Boolean).join(' · ')],
    ['last', 'Last', rowLine(toSend.at(-1))],
    ['time', 'Time', perMinute === undefined ? 'not known' : durationWords(toSend.length, perMinute)],
  ];
  return lines.map(([id, label, value], index) => ({
    id,
    label,
    description: plain(value, 200),
    ...(index === 0 && { separatorAbove: 'What will be sent' }),
  }));
}

function durationWords(rows: number, perMinute: number): string {
  return `${timeLeftWords(rows, perMinute)} at ${numberWords(perMinute)} rows a minute`;
}

/** Both are typed: that it is real, and how much of it. */
function confirmationText(environment: string, count: number): string {
  return `${environment} ${count}`;
}
