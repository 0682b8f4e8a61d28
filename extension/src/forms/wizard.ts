import { type Answer, GoTo, type Place, type Step, type WizardInput } from './step.ts';

export type Wizard<Draft> = {
  title: string;
  draft: Draft;
  /** The row of steps for a draft: a choice may add some, or take some away. */
  steps(draft: Draft): readonly Step<Draft>[];
  /** Steps outside of the row, which other steps lead to. */
  detours?(draft: Draft): readonly Step<Draft>[];
  /** Steps that need not be asked, since whoever called has answered them; a later step may still lead to them. */
  answered?: ReadonlySet<string>;
  /** Where it was left before. */
  from?: Left<Draft>;
  /** Told what was there when the user gave up. */
  onLeft?(left: Left<Draft>): void;
};

/** What had been entered when a user gave up, and where. */
export type Left<Draft> = {
  draft: Draft;
  step: string;
  detours: readonly string[];
  /** What was in the box, if it was changed. */
  typed?: string | undefined;
};

/** Asks one thing after another: the draft after the last step, or nothing when the user gave up. */
export async function runWizard<Draft>(
  wizard: Wizard<Draft>,
  input: WizardInput,
): Promise<Draft | undefined> {
  const { from, answered, title } = wizard;
  let draft = from?.draft ?? wizard.draft;
  const typed = new Map<string, string>();
  /** Of each step, those that its text has answered too. */
  const alsoAnswered = new Map<string, readonly string[]>();
  const rowNow = () => wizard.steps(draft).filter(({ id }) => !answered?.has(id));
  const isPassed = ({ id }: Step<Draft>) => [...alsoAnswered.values()].some((ids) => ids.includes(id));
  /** Said with the next question. */
  let note: string | undefined;
  let current = Math.max(0, from ? rowNow().findIndex(({ id }) => id === from.step) : 0);
  // Steps to mend something, the first of them on the screen; after them, the way leads back to the row.
  let detours = from?.detours ?? [];
  let before: (readonly string[])[] = detours.length > 0 ? [[]] : [];
  const first = detours[0] ?? from?.step;
  if (first !== undefined && from?.typed !== undefined) typed.set(first, from.typed);

  for (;;) {
    const row = rowNow();
    const known = [...wizard.steps(draft), ...(wizard.detours?.(draft) ?? [])];
    const detour = known.find(({ id }) => id === detours[0]);
    if (!detour) detours = [];
    const step = detour ?? row[current];
    if (!step) return draft;
    const place: Place = {
      title: `${title} · ${step.ask}`,
      canGoBack: detour !== undefined || current > 0,
      ...(!detour && countOf(row, current)),
    };
    const prompt = note === undefined ? step.prompt : `${step.prompt}. ${note}`;
    note = undefined;
    const answer = await show({ ...step, prompt }, draft, place, typed.get(step.id), input);
    if (answer.kind === 'cancelled') {
      const untouched = step.kind === 'text' ? step.value(draft) : undefined;
      const left = answer.typed === untouched ? undefined : answer.typed;
      wizard.onLeft?.({ draft, step: row[current]?.id ?? step.id, detours, typed: left });
      return undefined;
    }
    if (answer.kind === 'back') {
      if (answer.typed !== undefined) typed.set(step.id, answer.typed);
      if (detour) detours = before.pop() ?? [];
      else {
        const earlier = row.slice(0, current).findLastIndex((each) => !isPassed(each));
        current = Math.max(0, earlier);
      }
      continue;
    }
    typed.delete(step.id);
    const { value, text } = answer;
    if (value instanceof GoTo) {
      if (value.steps.length === 0) return undefined;
      if (value.steps[0] === step.id) continue;
      before.push(detours);
      detours = [...value.steps, ...detours.slice(1)];
      continue;
    }
    draft = value;
    if (detour) {
      const followers = wizard.steps(draft).filter(({ follows }) => follows === step.id);
      before.push(detours);
      detours = [...followers.map(({ id }) => id), ...detours.slice(1)];
      if (detours.length === 0) before = [];
      // Steps may have come or gone before the one that waits.
      const waiting = rowNow().findIndex(({ id }) => id === row[current]?.id);
      if (waiting >= 0) current = waiting;
      continue;
    }
    const also = (step.kind === 'text' && step.answers?.(text ?? '')) || [];
    alsoAnswered.set(step.id, also);
    if (also.length > 0 && text !== undefined) {
      typed.set(step.id, text);
      note = step.kind === 'text' ? step.took?.(text) : undefined;
    }
    // A step whose answer takes itself away has its successor in its place.
    const changed = rowNow();
    const at = changed.findIndex(({ id }) => id === step.id);
    const next = at < 0 ? current : at + 1;
    const ahead = changed.slice(next).findIndex((each) => !isPassed(each));
    current = ahead < 0 ? changed.length : next + ahead;
  }
}

/** The steps that count, and how many of them have come: steps that come and go do not change it. */
function countOf<Draft>(row: readonly Step<Draft>[], current: number): { number?: number; total?: number } {
  const counted = (steps: readonly Step<Draft>[]) => steps.filter((each) => each.counted !== false).length;
  const number = counted(row.slice(0, current + 1));
  return number === 0 ? {} : { number, total: counted(row) };
}

async function show<Draft>(
  step: Step<Draft>,
  draft: Draft,
  place: Place,
  typed: string | undefined,
  input: WizardInput,
): Promise<Answer<Draft | GoTo> & { text?: string }> {
  const { ask, prompt } = step;
  if (step.kind === 'text') {
    const { placeholder, append = false, warns = false } = step;
    const value = typed ?? step.value(draft);
    const check = (text: string) => step.check(text, draft);
    const answer = await input.text({ place, ask, prompt, placeholder, value, append, warns, check });
    if (answer.kind !== 'accepted') return answer;
    return { kind: 'accepted', value: step.put(answer.value, draft), text: answer.value };
  }
  const many = step.kind === 'many';
  const options = step.options(draft);
  const answer = await input.choice({ place, ask, prompt, options, many });
  if (answer.kind !== 'accepted') return answer;
  const value = many ? step.put(answer.value, draft) : step.put(answer.value[0] ?? '', draft);
  return { kind: 'accepted', value };
}
