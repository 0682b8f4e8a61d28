import type { Environment } from '../../../shared/environments.ts';
import type { Issue } from '../../../shared/errors.ts';
import { operations } from '../../../shared/operations.ts';
import { pathWords } from '../../../shared/validate.ts';
import { asksFor, type Form, type FormOperation } from './form.ts';
import { type Draft, issuesIn, type Path } from './request-draft.ts';
import { type ChoiceStep, GoTo, type Option, type Step, type TextStep } from './wizard.ts';

export type ReviewedEnvironment = Pick<Environment, 'name' | 'apiUrl' | 'protected' | 'kind'>;

/** One value that will be sent, with the words of the step that asked for it. */
export type ReviewLine = { step: string; label: string; value: string };

/** Every value of a request, in its order: nothing is sent that does not stand here. */
export function reviewLines(draft: Draft, steps: readonly Step<Draft>[]): ReviewLine[] {
  const asked = new Map(steps.map(({ id, ask }) => [id, ask]));
  return leaves(draft, []).map(({ path, value }) => {
    const words = pathWords(path);
    // A list that one step asks for (roles) has that step's name.
    const owner = [words, words.replace(/\[\d+\]$/, '')].find((each) => asked.has(each)) ?? words;
    return { step: owner, label: asked.get(owner) ?? words, value };
  });
}

function leaves(value: unknown, path: Path): { path: Path; value: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  }
  return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
}

/** What a write shows before it is sent. */
export type Review = {
  /** What Enter does, as in “Send the invitation”. */
  sendLabel: string;
  /** What comes of it. */
  consequence(draft: Draft): string;
  lines(draft: Draft): readonly ReviewLine[];
  /** What is not asked for, and shown below the lines. */
  more?: readonly Option[];
  steps(draft: Draft): readonly Step<Draft>[];
  /** What the contract says of it. */
  issues(draft: Draft): readonly Issue[];
};

/** The last look: what will be sent, and where. Enter sends; a line leads back to its step. */
export function reviewStep(
  { sendLabel, consequence, lines, more = [], steps, issues }: Review,
  environment: ReviewedEnvironment,
): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: 'review',
    ask: 'Review',
    prompt: 'this is all that will be sent; choose a line to change it',
    options: (draft) => [
      {
        id: 'send',
        label: `${sendLabel} — ${environment.name}`,
        description: environment.protected ? 'its name confirms it next' : environment.apiUrl,
        detail: consequence(draft),
      },
      ...lines(draft).map(({ step, label, value }, index) => ({
        id: step,
        label,
        description: value === '' ? '(empty)' : value,
        ...(index === 0 && { separatorAbove: `What will be sent to ${environment.apiUrl}` }),
      })),
      ...more,
    ],
    put: (option, draft) => {
      const asked = steps(draft);
      if (option !== 'send') return new GoTo(asked.some(({ id }) => id === option) ? option : 'review');
      // Nothing wrong gets past this step, whichever way it came into the draft.
      const wrong = issues(draft);
      if (wrong.length === 0) return draft;
      return new GoTo(asked.find((step) => wrong.some((issue) => asksFor(step, issue)))?.id ?? 'review');
    },
  };
}

/** The review of a form. */
export function formReview(
  { operation, sendLabel, consequence, steps }: Form<FormOperation>,
  environment: ReviewedEnvironment,
): ChoiceStep<Draft> {
  const schema = operations[operation].request;
  return reviewStep(
    {
      sendLabel,
      consequence: () =>
        environment.kind === 'local' ? 'Only to the stand-in: nobody is told.' : consequence,
      lines: (draft) => reviewLines(draft, steps(draft)),
      steps,
      issues: (draft) => issuesIn(schema, draft),
    },
    environment,
  );
}

/** For a protected environment, every time: its name is typed, and never suggested. */
export function confirmationStep(environment: string): TextStep<Draft> {
  return {
    kind: 'text',
    id: 'confirmation',
    ask: 'Confirm',
    prompt: `this is real. Type ${environment} to send it`,
    placeholder: environment,
    value: () => '',
    check: (text) => (text === environment ? undefined : `Type ${environment}, exactly, to send it.`),
    put: (_text, draft) => draft,
  };
}
