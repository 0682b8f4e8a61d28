import type { Environment } from '../../../shared/environments.ts';
import { asksFor, type Form } from './form.ts';
import type { Draft } from './request-draft.ts';
import { type ChoiceStep, GoTo, type TextStep } from './wizard.ts';

export type ReviewedEnvironment = Pick<Environment, 'id' | 'name' | 'apiUrl' | 'protected' | 'kind'>;

/** The last look: what will be sent, and where. Enter sends; a line leads back to its step. */
export function reviewStep(form: Form, environment: ReviewedEnvironment): ChoiceStep<Draft> {
  return {
    kind: 'choice',
    id: 'review',
    ask: 'Review',
    prompt: 'This is all that will be sent. Choose a line to change it',
    options: (draft) => [
      {
        id: 'send',
        label: `${form.sendLabel} — ${environment.name}`,
        description: environment.protected
          ? `next, you type “${environment.id}” to confirm`
          : environment.apiUrl,
        detail: form.consequence(draft, environment.kind),
      },
      ...form.lines(draft).map(({ step, label, value }, index) => ({
        id: step,
        label,
        description: value === '' ? '(empty)' : value,
        ...(index === 0 && { separatorAbove: `What will be sent to ${environment.apiUrl}` }),
      })),
      ...(form.more ?? []),
    ],
    put: (option, draft) => {
      const asked = form.steps(draft);
      if (option !== 'send') return new GoTo(asked.some(({ id }) => id === option) ? option : 'review');
      // Nothing wrong gets past this step, whichever way it came into the draft.
      const wrong = form.issues(draft);
      if (wrong.length === 0) return draft;
      return new GoTo(asked.find((step) => wrong.some((issue) => asksFor(step, issue)))?.id ?? 'review');
    },
  };
}

/** For a protected environment, every time: its name is typed, and never suggested. */
export function confirmationStep(environment: string, deed: string): TextStep<Draft> {
  return {
    kind: 'text',
    id: 'confirmation',
    ask: 'Confirm',
    prompt: `Type “${environment}” to ${deed}`,
    placeholder: environment,
    value: () => '',
    check: (text) => (text === environment ? undefined : `Type “${environment}” exactly`),
    put: (_text, draft) => draft,
  };
}
