/** What a wizard asks for, as data: the flow (Back, Escape, what was typed) is in `wizard.ts`, the looks are in `wizard-input.ts`. */
export type Step<Draft> = TextStep<Draft> | ChoiceStep<Draft> | ManyStep<Draft>;

type SharedStep = {
  /** Stays the same while the draft changes, so that what was typed finds its step again. */
  id: string;
  /** What is asked for, as in “E-mail”. The title shows it as long as the step does. */
  ask: string;
  /** Shown at the input: what to enter or to choose. */
  prompt: string;
  placeholder?: string;
  /** The fields that it asks for, as paths, where its id is not the only one. */
  fields?: readonly string[];
  /** Not counted, since another step's answer decides whether or how often it comes: so the total stays as it was. */
  counted?: false;
  /** The id of the step whose answer made this one necessary. */
  follows?: string;
};

export type TextStep<Draft> = SharedStep & {
  kind: 'text';
  /** What stands in the box at first. */
  value(draft: Draft): string;
  /** What stands in the box is a beginning: typing adds to it. Without this, typing replaces it. */
  append?: true;
  /** Typed as a word of warning, so it looks like one. */
  warns?: true;
  /** What is wrong with the text, in words; nothing when it can be taken. */
  check(text: string, draft: Draft): string | undefined;
  put(text: string, draft: Draft): Draft;
  /** The ids of steps that this text answers too. */
  answers?(text: string): readonly string[];
  /** What is said at the next step of what this text has answered too. */
  took?(text: string): string;
};

export type Option = {
  id: string;
  label: string;
  description?: string;
  detail?: string;
  separatorAbove?: string;
  /** The name of one of VS Code's icons, and of a colour of its theme. */
  icon?: string;
  color?: string;
};

export type ChoiceStep<Draft> = SharedStep & {
  kind: 'choice';
  options(draft: Draft): readonly Option[] | Promise<readonly Option[]>;
  put(option: string, draft: Draft): Draft | GoTo;
};

/** One option, or several that are ticked. */
export type ManyStep<Draft> = SharedStep & {
  kind: 'many';
  options(draft: Draft): readonly Option[];
  put(options: readonly string[], draft: Draft): Draft | GoTo;
};

/** To these steps, one after another, and then back. To none: the wizard ends as if the user had given up. */
export class GoTo {
  readonly steps: readonly string[];
  constructor(...steps: string[]) {
    this.steps = steps;
  }
}

/** Where a step stands: `number` of `total`; nothing where it has no place in the row. */
export type Place = { title: string; number?: number; total?: number; canGoBack: boolean };

export type Answer<Value> =
  | { kind: 'accepted'; value: Value }
  /** With the text that was typed, which is kept for the way forward again. */
  | { kind: 'back'; typed?: string }
  /** Escape, or whatever else hides the input: the whole wizard ends. */
  | { kind: 'cancelled'; typed?: string };

/** How steps are shown. */
export type WizardInput = {
  text(ask: {
    place: Place;
    ask: string;
    prompt: string;
    placeholder: string | undefined;
    value: string;
    append: boolean;
    warns: boolean;
    check(text: string): string | undefined;
  }): Promise<Answer<string>>;
  /** While the options are not there yet, nothing can be chosen. */
  choice(ask: {
    place: Place;
    ask: string;
    prompt: string;
    options: readonly Option[] | Promise<readonly Option[]>;
    many: boolean;
  }): Promise<Answer<readonly string[]>>;
};
