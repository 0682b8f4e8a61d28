/**
 * Asks one thing after another. A step is data, so that the flow (Back, Escape, what was typed) is in one place and can
 * be tested without VS Code; how a step looks is in `wizard-input.ts`.
 */
export type Step<Draft> = TextStep<Draft> | ChoiceStep<Draft> | ManyStep<Draft>;

type SharedStep = {
  /** Stays the same while the draft changes, so that what was typed finds its step again. */
  id: string;
  /** What is asked for, as in “E-mail”. */
  ask: string;
  /** Shown at the input: what to enter or to choose. */
  prompt: string;
  placeholder?: string;
};

export type TextStep<Draft> = SharedStep & {
  kind: 'text';
  /** What stands in the box at first. */
  value(draft: Draft): string;
  /** What is wrong with the text, in words; nothing when it can be taken. */
  check(text: string, draft: Draft): string | undefined;
  put(text: string, draft: Draft): Draft;
};

export type Option = {
  id: string;
  label: string;
  description?: string;
  detail?: string;
  separatorAbove?: string;
};

export type ChoiceStep<Draft> = SharedStep & {
  kind: 'choice';
  options(draft: Draft): readonly Option[];
  /** The next draft, or the id of a step to go to. */
  put(option: string, draft: Draft): Draft | GoTo;
};

/** Any number of options, none included. */
export type ManyStep<Draft> = SharedStep & {
  kind: 'many';
  options(draft: Draft): readonly (Option & { picked: boolean })[];
  put(options: readonly string[], draft: Draft): Draft;
};

export class GoTo {
  readonly step: string;
  constructor(step: string) {
    this.step = step;
  }
}

/** Where a step stands: `number` of `total`. */
export type Place = { title: string; number: number; total: number; canGoBack: boolean };

export type Answer<Value> =
  | { kind: 'accepted'; value: Value }
  /** With the text that was typed, which is kept for the way forward again. */
  | { kind: 'back'; typed?: string }
  /** Escape, or whatever else hides the input: the whole wizard ends. */
  | { kind: 'cancelled' };

/** How steps are shown. */
export type WizardInput = {
  text(ask: {
    place: Place;
    ask: string;
    prompt: string;
    placeholder: string | undefined;
    value: string;
    check(text: string): string | undefined;
  }): Promise<Answer<string>>;
  choice(ask: {
    place: Place;
    ask: string;
    prompt: string;
    options: readonly Option[];
    many: boolean;
    picked: readonly string[];
  }): Promise<Answer<readonly string[]>>;
};

export type Wizard<Draft> = {
  title: string;
  draft: Draft;
  /** The steps for a draft: a choice may add some, or take some away. */
  steps(draft: Draft): readonly Step<Draft>[];
  /** Steps that need not be asked, since whoever called has answered them; a later step may still lead to them. */
  answered?: ReadonlySet<string>;
};

/** The draft after the last step, or nothing when the user gave up. */
export async function runWizard<Draft>(
  wizard: Wizard<Draft>,
  input: WizardInput,
): Promise<Draft | undefined> {
  let { draft } = wizard;
  const skipped = new Set(wizard.answered);
  const typed = new Map<string, string>();
  let current = 0;
  // The step that sent the user to another one, to mend something; that done, the way leads straight back.
  let sentFrom: string | undefined;
  const stepsNow = () => wizard.steps(draft).filter(({ id }) => !skipped.has(id));
  const indexOf = (wanted: string | undefined) => stepsNow().findIndex(({ id }) => id === wanted);

  for (;;) {
    const steps = stepsNow();
    const step = steps[current];
    if (!step) return draft;
    const place = { title: wizard.title, number: current + 1, total: steps.length, canGoBack: current > 0 };
    const answer = await show(step, draft, place, typed.get(step.id), input);
    if (answer.kind === 'cancelled') return undefined;
    if (answer.kind === 'back') {
      if (answer.typed !== undefined) typed.set(step.id, answer.typed);
      sentFrom = undefined;
      current -= 1;
      continue;
    }
    typed.delete(step.id);
    if (answer.value instanceof GoTo) {
      skipped.delete(answer.value.step);
      sentFrom = step.id;
      current = indexOf(answer.value.step);
      continue;
    }
    draft = answer.value;
    const back = indexOf(sentFrom);
    sentFrom = undefined;
    if (back >= 0) current = back;
    // A step whose answer takes itself away has its successor in its place.
    else if (indexOf(step.id) >= 0) current = indexOf(step.id) + 1;
  }
}

async function show<Draft>(
  step: Step<Draft>,
  draft: Draft,
  place: Place,
  typed: string | undefined,
  input: WizardInput,
): Promise<Answer<Draft | GoTo>> {
  const { ask, prompt } = step;
  if (step.kind === 'text') {
    const { placeholder } = step;
    const value = typed ?? step.value(draft);
    const check = (text: string) => step.check(text, draft);
    const answer = await input.text({ place, ask, prompt, placeholder, value, check });
    return answer.kind === 'accepted' ? { kind: 'accepted', value: step.put(answer.value, draft) } : answer;
  }
  const many = step.kind === 'many';
  const options = step.options(draft);
  const picked = many ? step.options(draft).flatMap(({ id, picked }) => (picked ? id : [])) : [];
  const answer = await input.choice({ place, ask, prompt, options, many, picked });
  if (answer.kind !== 'accepted') return answer;
  const value = many ? step.put(answer.value, draft) : step.put(answer.value[0] ?? '', draft);
  return { kind: 'accepted', value };
}
