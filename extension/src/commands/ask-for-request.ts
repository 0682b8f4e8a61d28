import type { Environment } from '../../../shared/environments.ts';
import { sentences } from '../../../shared/validate.ts';
import type { CommandId } from '../contributions.ts';
import { argumentsInvalid } from '../failures/command-failure.ts';
import { answeredSteps, type Form, unmendable } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import { confirmationStep, reviewStep } from '../forms/review.ts';
import { runWizard, type WizardInput } from '../forms/wizard.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';

/** What the command was given of the request, and whether that needs no review, as in tests alone. */
export type GivenRequest = { command: CommandId; given: Draft | undefined; confirmed: boolean };

/**
 * The whole request, reviewed and confirmed; undefined when the user gave up.
 * @throws CommandError when nobody could mend what was given.
 */
export async function askForRequest(
  form: Form,
  environment: Environment,
  { command, given, confirmed }: GivenRequest,
  input: WizardInput,
): Promise<Draft | undefined> {
  const draft = given ?? {};
  const steps = form.steps(draft);
  const issues = given ? form.issues(given) : [];
  const wrong = confirmed ? issues : unmendable(steps, issues);
  if (wrong.length > 0) {
    throw argumentsInvalid(`${command}: ${sentences(wrong.slice(0, 5)).join('; ')}.`);
  }
  if (given && confirmed) return given;
  const review = reviewStep(form, environment);
  const confirmation = (now: Draft) =>
    environment.protected ? [confirmationStep(environment.id, form.deed(now))] : [];
  return runWizard(
    {
      title: plain([form.title, environment.name, kindWords(environment)].filter(Boolean).join(' · '), 120),
      draft,
      steps: (now) => [...form.steps(now), review, ...confirmation(now)],
      ...(given && { answered: answeredSteps(steps, issues) }),
    },
    input,
  );
}
