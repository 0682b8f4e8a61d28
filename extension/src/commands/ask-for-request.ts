import { canonical } from '../../../shared/canonical.ts';
import { sentences } from '../../../shared/validate.ts';
import type { Backend } from '../backend.ts';
import type { CommandId } from '../contributions.ts';
import { argumentsInvalid } from '../failures/command-failure.ts';
import { allSteps, answeredSteps, asksFor, type Form, unmendable } from '../forms/form.ts';
import type { KeptEntries } from '../forms/last-entries.ts';
import { offering } from '../forms/person-text.ts';
import type { Draft } from '../forms/request-draft.ts';
import { confirmationStep, moreStep, reviewStep } from '../forms/review.ts';
import type { Step, WizardInput } from '../forms/step.ts';
import { type Left, runWizard } from '../forms/wizard.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import type { Target } from '../writes/send-once.ts';
import { personAtHand } from './person-at-hand.ts';
import { createReviewExtras } from './review-extras.ts';

/** What the command was given of the request, and whether that needs no review, as in tests alone. */
export type GivenRequest = {
  command: CommandId;
  given: Draft | undefined;
  confirmed: boolean;
  /** Wanted once more although nobody knows what became of the same request before. */
  newKey: boolean;
  /** Set where it was sent before. It is no draft: giving it up loses nothing that somebody entered. */
  sentBefore?: unknown;
  /** Names what was begun, so that it can be continued in the same environment: by default the command. */
  draftName?: string;
};

/**
 * What people had entered when they pressed Escape. It is about people, so it stays in this window's memory and is never
 * written to a disk, not even into VS Code's own store; it goes with the window and with the session.
 */
export type LeftDrafts = Map<string, Left<Draft>>;

export type AskDependencies = {
  backend: Pick<Backend, 'imports' | 'activity'>;
  input: WizardInput;
  drafts: LeftDrafts;
  lastEntries: KeptEntries;
};

/**
 * The whole request, reviewed and confirmed; undefined when the user gave up.
 * @throws CommandError when nobody could mend what was given.
 */
export async function askForRequest(
  form: Form,
  target: Target,
  { command, given, confirmed, newKey, sentBefore, draftName = command }: GivenRequest,
  { backend, input, drafts, lastEntries }: AskDependencies,
): Promise<{ request: Draft; newKey: boolean } | undefined> {
  const { environment } = target;
  const begun = given ?? form.begin(lastEntries.get());
  const steps = allSteps(form, begun);
  const issues = given ? form.issues(given) : [];
  const wrong = confirmed ? issues : unmendable(steps, issues);
  if (wrong.length > 0) {
    throw argumentsInvalid(`${command}: ${sentences(wrong.slice(0, 5)).join('; ')}.`);
  }
  if (given && confirmed) return { request: given, newKey };

  const title = titleOf(form, target);
  const isAgain = newKey || sentBefore !== undefined;
  // What was begun for one environment is never offered in another.
  const draftKey = `${environment.id} ${draftName}`;
  const left = given ? undefined : drafts.get(draftKey);
  const from = left && (await askToContinue(form, { title, left, environment }, input));
  if (from === 'cancelled') return undefined;
  if (left) drafts.delete(draftKey);

  const extras = createReviewExtras(form, target, backend);
  const review = reviewStep(form, environment, extras);
  const offer = given || from ? undefined : await personAtHand();
  // What was given and is wrong is asked for, whether or not it is required.
  const isWrong = (step: Step<Draft>) => issues.some((issue) => asksFor(step, issue));
  const wrongSteps = new Set(steps.filter(isWrong).map(({ id }) => id));

  function row(now: Draft): Step<Draft>[] {
    const optional = form.optionalSteps(now).filter(({ id }) => wrongSteps.has(id));
    const asked = [...form.steps(now), ...optional];
    const [first, ...others] = asked;
    return offer && first?.kind === 'text' && first.answers ? [offering(first, offer), ...others] : asked;
  }
  function confirmation(now: Draft): Step<Draft>[] {
    const { id, kind } = environment;
    const deed = form.deed(now);
    const again = extras.known() && !deed.endsWith(' again') ? ' again' : '';
    return environment.protected ? [confirmationStep(id, deed + again, form.consequence(now, kind))] : [];
  }
  const request = await runWizard<Draft>(
    {
      title,
      draft: begun,
      steps: (now) => [...row(now), review, ...confirmation(now)],
      detours: (now) => [moreStep(form), ...form.optionalSteps(now)],
      ...(given && { answered: answeredSteps(steps, issues) }),
      ...(from && { from }),
      onLeft(now) {
        // Whatever is continued is reviewed once more.
        const step = now.step === 'confirmation' ? review.id : now.step;
        const hasMore = given || now.typed !== undefined || canonical(now.draft) !== canonical(begun);
        if (hasMore && !isAgain) drafts.set(draftKey, { ...now, step });
      },
    },
    input,
  );
  // Sent anyway, although nobody knows what became of one before: that is another intention.
  return request && { request, newKey: newKey || extras.known() === 'unknown' };
}

/** As in `⚠ Invite · production · protected`. */
function titleOf({ title }: Form, { environment }: Target): string {
  const words = [title, environment.name, kindWords(environment)].filter(Boolean).join(' · ');
  return plain(environment.protected ? `⚠ ${words}` : words, 120);
}

/** Where to go on with what was begun before; nothing where the person wants to start over. */
async function askToContinue(
  form: Form,
  { title, left, environment }: { title: string; left: Left<Draft>; environment: Target['environment'] },
  input: WizardInput,
): Promise<Left<Draft> | 'cancelled' | undefined> {
  const answer = await input.choice({
    place: { title: `${title} · Draft`, canGoBack: false },
    ask: 'Draft',
    prompt: 'You started this earlier and pressed Escape',
    options: [
      {
        ...{ id: 'continue', label: `Continue ${plain(form.subject(left.draft), 100)}`, icon: 'edit' },
        description: `started in ${plain(environment.name, 60)}`,
        ...(left.typed && { detail: `You had typed “${plain(left.typed, 60)}”.` }),
      },
      { id: 'over', label: 'Start Over', description: 'discards what you entered', icon: 'new-file' },
    ],
    many: false,
  });
  if (answer.kind !== 'accepted') return 'cancelled';
  return answer.value[0] === 'continue' ? left : undefined;
}
