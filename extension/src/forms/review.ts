import type { Environment } from '../../../shared/environments.ts';
import { colors } from '../contributions.ts';
import { capitalised } from '../plain-text.ts';
import { allSteps, asksFor, type Form } from './form.ts';
import type { Draft } from './request-draft.ts';
import { type ChoiceStep, GoTo, type ManyStep, type Option, type Step, type TextStep } from './step.ts';

export type ReviewedEnvironment = Pick<Environment, 'id' | 'name' | 'apiUrl' | 'protected' | 'kind'>;

/** Something that the person should know before it is sent, in words. Sending is then a choice of its own. */
export type Obstacle = {
  label: string;
  detail: string;
  icon: string;
  /** What can be done about it instead. */
  remedy?: Pick<Option, 'label' | 'detail'> & { act(): void };
};

/** What a review offers beside sending. */
export type ReviewExtras = {
  /** What is known of this person; nothing where nothing stands in the way, or where it cannot be found out. */
  obstacle?(draft: Draft): Promise<Obstacle | undefined>;
  /** What else is known by then, which keeps nobody from sending. */
  note?(): Pick<Option, 'label' | 'description'> | undefined;
  /** What can be done with the request without sending it. */
  tools?(draft: Draft): readonly (Pick<Option, 'label' | 'description' | 'icon'> & { act(): void })[];
};

/** What a write to the local stand-in does not do. */
export const localWords = {
  createInvitation: 'Local stand-in only: no e-mail is sent.',
  createUser: 'Local stand-in only: no user is created at Pearsana.',
  submitDocument: 'Local stand-in only: nothing reaches Pearsana.',
};

/** Looks like no other environment, whatever the theme's colours are. */
export function mark({
  protected: isProtected,
}: Pick<Environment, 'protected'>): Pick<Option, 'icon' | 'color'> {
  return isProtected ? { icon: 'shield', color: colors.protected } : {};
}

const [send, leave, remedy, more, tool] = ['send', 'leave', 'remedy', 'more', 'tool:'];

/** The last look: what will be sent, and where. Enter sends; a line leads back to its step. */
export function reviewStep(
  form: Form,
  environment: ReviewedEnvironment,
  { obstacle, note, tools }: ReviewExtras = {},
): ChoiceStep<Draft> {
  let found: Obstacle | undefined;
  const isWrong = (draft: Draft) => form.issues(draft).length > 0;

  function optionsFor(draft: Draft): Option[] {
    const sending: Option = {
      id: send,
      label: `${found ? 'Send Anyway' : capitalised(form.deed(draft))} — ${environment.name}`,
      // In a small window the end is cut; the consequence is shown once more where the name is typed.
      detail: [
        ...(environment.protected ? [`Next, you type “${environment.id}” to confirm.`] : []),
        form.consequence(draft, environment.kind),
      ].join(' '),
      ...mark(environment),
    };
    const lines = form.lines(draft).map(({ step, label, value }, index) => ({
      id: step,
      label,
      description: value === '' ? '(empty)' : value,
      ...(index === 0 && { separatorAbove: `What will be sent to ${environment.apiUrl}` }),
    }));
    const known = note?.();
    const offered = tools && !isWrong(draft) ? tools(draft) : [];
    return [
      ...(found ? obstacleOptions(found) : []),
      sending,
      ...lines,
      ...(form.more ?? []),
      ...(known ? [{ id: 'review', ...known }] : []),
      ...(absent(form, draft).length > 0 ? [moreOption(form, draft)] : []),
      ...offered.map(({ act: _, ...shown }, index) => ({ ...shown, id: `${tool}${index}` })),
    ];
  }

  return {
    kind: 'choice',
    id: 'review',
    ask: 'Review',
    prompt: environment.protected
      ? 'This reaches real people. Choose a line to change it'
      : 'This is everything that will be sent. Choose a line to change it',
    options(draft) {
      found = undefined;
      if (!obstacle || isWrong(draft)) return optionsFor(draft);
      return obstacle(draft).then((now) => {
        found = now;
        return optionsFor(draft);
      });
    },
    put(option, draft) {
      if (option === leave) return new GoTo();
      if (option === remedy) {
        found?.remedy?.act();
        return new GoTo();
      }
      if (option.startsWith(tool)) {
        tools?.(draft)[Number(option.slice(tool.length))]?.act();
        return new GoTo('review');
      }
      const asked = allSteps(form, draft);
      if (option !== send) {
        const isStep = option === more || asked.some(({ id }) => id === option);
        return new GoTo(isStep ? option : 'review');
      }
      // Nothing wrong gets past this step, whichever way it came into the draft.
      const wrong = form.issues(draft);
      if (wrong.length === 0) return draft;
      return new GoTo(asked.find((step) => wrong.some((issue) => asksFor(step, issue)))?.id ?? 'review');
    },
  };
}

/** Enter takes the first: then nothing is sent. */
function obstacleOptions({ label, detail, icon, remedy: other }: Obstacle): Option[] {
  return [
    { id: leave, label, detail: `Enter closes this, and nothing is sent. ${detail}`, icon },
    ...(other ? [{ id: remedy, label: other.label, ...(other.detail && { detail: other.detail }) }] : []),
  ];
}

function absent(form: Form, draft: Draft): Step<Draft>[] {
  const present = new Set(form.lines(draft).map(({ step }) => step));
  return form.optionalSteps(draft).filter(({ id }) => !present.has(id));
}

function moreOption(form: Form, draft: Draft): Option {
  const names = absent(form, draft).map(({ ask }) => ask);
  const shown = names.slice(0, 3).join(', ');
  return { id: more, label: 'More…', description: names.length > 3 ? `${shown} and others` : shown };
}

/** Which of the fields that a request need not have are to be filled in. */
export function moreStep(form: Form): ManyStep<Draft> {
  return {
    kind: 'many',
    id: more,
    ask: 'More',
    prompt: 'Choose one or more fields to fill in',
    options: (draft) => absent(form, draft).map(({ id, ask }) => ({ id, label: ask })),
    put: (chosen, draft) => (chosen.length > 0 ? new GoTo(...chosen) : draft),
  };
}

/** For a protected environment, every time: its name is typed, and never suggested. */
export function confirmationStep<Any>(environment: string, deed: string, consequence = ''): TextStep<Any> {
  return {
    kind: 'text',
    id: 'confirmation',
    ask: 'Confirm',
    prompt: `${consequence} Type “${environment}” to ${deed}`.trim(),
    placeholder: environment,
    warns: true,
    value: () => '',
    check: (text) => (text === environment ? undefined : `Type “${environment}” exactly`),
    put: (_text, draft) => draft,
  };
}
