import type { Environment } from '../../../shared/environments.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import type { ImportPlan } from '../../../shared/imports/plan-import.ts';
import { type ChoiceStep, GoTo, type Option, type Step, type TextStep } from '../forms/wizard.ts';
import { capitalised, plain } from '../plain-text.ts';
import { importTitles } from './column-steps.ts';
import { deedWords, numberWords, rowWords, timeLeftWords } from './import-words.ts';

/** So many rows are sent before a person is asked to continue, where that was chosen. */
export const firstRows = 5;

/** The lines of the review that send; all others only show. */
const [sendAll, sendFirst] = ['send-all', 'send-first'];

export type ReviewDraft = { firstFive: boolean };

export type ReviewedImport = {
  fileName: string;
  operation: ImportOperation;
  environment: Pick<Environment, 'id' | 'name' | 'apiUrl' | 'protected'>;
  rows: readonly CheckedRow[];
  plan: Pick<ImportPlan<CheckedRow>, 'toSend' | 'ends'>;
  /** How many rows a minute may be sent; undefined where the BFF does not say. */
  perMinute: number | undefined;
};

/** The last look at all of it, and where the environment is protected its name and the number, typed. */
export function reviewSteps(reviewed: ReviewedImport): Step<ReviewDraft>[] {
  const { environment, plan, operation } = reviewed;
  const count = plan.toSend.length;
  return [
    reviewStep(reviewed),
    ...(environment.protected ? [confirmationStep(environment.id, operation, count)] : []),
  ];
}

function reviewStep(reviewed: ReviewedImport): ChoiceStep<ReviewDraft> {
  return {
    kind: 'choice',
    id: 'review',
    ask: 'Review',
    prompt: 'Nothing is sent before you choose how',
    options: () => [...sendOptions(reviewed), ...reviewLines(reviewed)],
    put: (option) => {
      if (option === sendAll || option === sendFirst) return { firstFive: option === sendFirst };
      return new GoTo('review');
    },
  };
}

function sendOptions({ environment, operation, plan }: ReviewedImport): Option[] {
  const count = plan.toSend.length;
  const next = environment.protected
    ? `next, you type “${confirmationText(environment.id, count)}” to confirm`
    : environment.apiUrl;
  const all: Option = {
    id: sendAll,
    label: `${capitalised(deedWords(operation, count))} — ${environment.name}`,
    description: next,
    detail: 'You can pause or stop it at any time.',
  };
  if (count <= firstRows) return [all];
  const first: Option = {
    id: sendFirst,
    label: `Send the first ${firstRows}, then ask — ${environment.name}`,
    description: next,
    detail: `You look at these ${firstRows} before the other ${rowWords(count - firstRows)} are sent.`,
  };
  // The first one is taken by Enter alone.
  return environment.protected ? [first, all] : [all, first];
}

function reviewLines({ fileName, operation, environment, rows, plan, perMinute }: ReviewedImport): Option[] {
  const { toSend, ends } = plan;
  const ended = [...ends.values()];
  const count = (state: string) => ended.filter((end) => end.state === state).length;
  const faulty = rows.filter(({ faults }) => faults.length > 0).length;
  const lines: [id: string, label: string, value: string][] = [
    ['file', 'File', fileName],
    ['operation', 'Operation', importTitles[operation]],
    ['environment', 'Environment', `${environment.name} · ${environment.apiUrl}`],
    ['send', 'Will be sent', rowWords(toSend.length)],
    ['known', 'Skipped, done before', numberWords(count('known'))],
    ['invalid', 'Skipped, faulty', `${numberWords(faulty)}${faulty > 0 ? ' · listed in Problems' : ''}`],
    ['unknown', 'Skipped, outcome unknown', numberWords(count('unknown'))],
    ['first', 'First', rowLine(toSend[0])],
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

function rowLine(row: CheckedRow | undefined): string {
  return row ? `line ${row.line} · ${row.reference}` : '';
}

function durationWords(rows: number, perMinute: number): string {
  return `${timeLeftWords(rows, perMinute)} at ${numberWords(perMinute)} rows a minute`;
}

/** Both are typed: that it is real, and how much of it. */
export function confirmationText(environment: string, count: number): string {
  return `${environment} ${count}`;
}

function confirmationStep(
  environment: string,
  operation: ImportOperation,
  count: number,
): TextStep<ReviewDraft> {
  const wanted = confirmationText(environment, count);
  return {
    kind: 'text',
    id: 'confirmation',
    ask: 'Confirm',
    prompt: `Type “${wanted}” to ${deedWords(operation, count)}`,
    placeholder: wanted,
    value: () => '',
    check: (text) => (text === wanted ? undefined : `Type “${wanted}” exactly`),
    put: (_text, draft) => draft,
  };
}
