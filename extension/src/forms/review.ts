import type { Environment } from '../../../shared/environments.ts';
import { operations } from '../../../shared/operations.ts';
import { pathWords, validate } from '../../../shared/validate.ts';
import { asksFor, type Form, type FormOperation } from './form.ts';
import type { Draft, Path } from './request-draft.ts';
import { type ChoiceStep, GoTo, type Step, type TextStep } from './wizard.ts';

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

/** The last look: what will be sent, and where. Enter sends; a line leads back to its step. */
export function reviewStep(
  { operation, sendLabel, consequence, steps }: Form<FormOperation>,
  environment: Pick<Environment, 'name' | 'apiUrl' | 'protected' | 'kind'>,
): ChoiceStep<Draft> {
  const schema = operations[operation].request;
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
        detail: environment.kind === 'local' ? 'Only to the stand-in: nobody is told.' : consequence,
      },
      ...reviewLines(draft, steps(draft)).map(({ step, label, value }, index) => ({
        id: step,
        label,
        description: value === '' ? '(empty)' : value,
        ...(index === 0 && { separatorAbove: `What will be sent to ${environment.apiUrl}` }),
      })),
    ],
    put: (option, draft) => {
      const asked = steps(draft);
      if (option !== 'send') return new GoTo(asked.some(({ id }) => id === option) ? option : 'review');
      // Nothing wrong gets past this step, whichever way it came into the draft.
      const validation = validate(schema, draft);
      if (validation.ok) return draft;
      return new GoTo(
        asked.find((step) => validation.issues.some((issue) => asksFor(step, issue)))?.id ?? 'review',
      );
    },
  };
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
