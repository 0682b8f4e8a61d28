import type { Answer } from '../../../shared/client.ts';
import type { Environment } from '../../../shared/environments.ts';
import { operations } from '../../../shared/operations.ts';
import { sentences, validate } from '../../../shared/validate.ts';
import type { Backend } from '../backend.ts';
import { readWriteArgument } from '../command-arguments.ts';
import { CommandError, type CommandFailure, failureOf } from '../command-failure.ts';
import { type Failed, operationCommands } from '../contributions.ts';
import { kindWords } from '../environment-words.ts';
import { explain } from '../explain-failure.ts';
import { answeredSteps, type Form, type FormOperation, unmendable } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import { confirmationStep, reviewStep } from '../forms/review.ts';
import { runWizard, type WizardInput } from '../forms/wizard.ts';
import { explainWrite, type WriteSteps } from '../forms/write-outcome.ts';
import type { Intentions } from '../intentions.ts';
import type { NextStep } from '../next-step.ts';
import { plain } from '../plain-text.ts';
import { showAnswer, showFailure } from '../show-message.ts';
import type { Situation } from '../situation.ts';
import { whileSending } from './call-with-progress.ts';
import { lookUp } from './look-up.ts';
import { type PickDependencies, pickEnvironment } from './pick-environment.ts';

export type WriteDependencies = PickDependencies & {
  backend: Backend;
  situation: () => Situation;
  input: WizardInput;
  intentions: Intentions;
  onWritten: (environment: string) => void;
  /** Whether this is a test of the extension. */
  inTest: boolean;
};

type WriteResult<Name extends FormOperation> = Answer<Name> | Failed | undefined;

/** A command that writes: it asks for what is missing, shows all of it, has it confirmed, and sends it once. */
export function createWriteCommand<Name extends FormOperation>(
  form: Form<Name>,
  dependencies: WriteDependencies,
): (argument: unknown) => Promise<WriteResult<Name>> {
  const { backend, list, situation, input, intentions, onWritten, inTest } = dependencies;
  const command = operationCommands[form.operation];
  const schema = operations[form.operation].request;

  const again = (environment: string | undefined, request: Draft | undefined): NextStep => ({
    title: 'Review and Try Again',
    command,
    argument: { ...(environment !== undefined && { environment }), ...(request && { request }) },
  });

  /** The whole request, reviewed and confirmed; undefined when the user gave up. */
  async function ask(
    environment: Environment,
    given: Draft | undefined,
    confirmed: boolean,
  ): Promise<Draft | undefined> {
    const validation = given && validate(schema, given);
    const issues = validation?.ok === false ? validation.issues : [];
    const steps = form.steps(given ?? {});
    const wrong = confirmed ? issues : unmendable(steps, issues);
    if (wrong.length > 0)
      throw new CommandError('ARGUMENTS_INVALID', `${command}: ${sentences(wrong).join('; ')}.`);
    if (given && confirmed) return given;
    const review = reviewStep(form, environment);
    const last = environment.protected ? [review, confirmationStep(environment.id)] : [review];
    return runWizard(
      {
        title: plain([form.verb, environment.name, kindWords(environment)].filter(Boolean).join(' · '), 120),
        draft: given ?? {},
        steps: (draft) => [...form.steps(draft), ...last],
        ...(given && { answered: answeredSteps(steps, issues) }),
      },
      input,
    );
  }

  async function send(
    { origin, environment }: { origin: string; environment: Environment },
    request: Draft,
    newKey: boolean,
  ): Promise<WriteResult<Name>> {
    const { id } = environment;
    const intention = { origin, environment: id, operation: form.operation, request };
    if (newKey) await intentions.settle(intention);
    const idempotencyKey = await intentions.keyOf(intention);
    if (backend.origin() !== origin)
      throw new CommandError('BACKEND_CHANGED', 'The BFF was changed meanwhile.');
    const result = await whileSending(`${form.doing} in ${plain(environment.name, 60)} …`, (signal) =>
      // The name was typed in the step before, or the preview was enough.
      form.send(backend.call, request, {
        environment: id,
        signal,
        idempotencyKey,
        ...(environment.protected && { confirm: id }),
      }),
    );
    if (isKnown(result)) await intentions.settle(intention);
    onWritten(id);
    if ('error' in result) {
      const steps: WriteSteps = {
        again: again(id, request),
        anew: { title: 'Send with a New Key', command, argument: { environment: id, request, newKey: true } },
        resolve: (requestId) => ({
          title: 'Mark as Resolved',
          command: 'pearsana.resolve',
          argument: { environment: id, requestId },
        }),
      };
      showFailure(explainWrite(result.error, situation(), request, steps), result.error.requestId);
      return result;
    }
    void list.update();
    const done = `${form.doneWords(request, result)} in ${result.environment} (request ${result.requestId}).`;
    const before =
      'replayed' in result && result.replayed ? ' It was done before, and was not sent again.' : '';
    showAnswer(plain(done + before), result);
    return result;
  }

  function tell(error: CommandFailure, retry: NextStep): Failed {
    showFailure(explain(error, situation(), retry), error.requestId);
    return { error };
  }

  return async (argument) => {
    let retry = again(undefined, undefined);
    try {
      const given = readWriteArgument(command, argument, { inTest });
      retry = again(given.environment, given.request);
      const target = given.environment
        ? { environment: given.environment }
        : await pickEnvironment(form.operation, form.verb, dependencies);
      if (target === undefined) return undefined;
      if ('error' in target) return tell(target.error, retry);
      const known = await lookUp(list, target.environment, form.operation);
      if ('error' in known) return tell(known.error, retry);
      const request = await ask(known.environment, given.request, given.confirmed);
      return request && (await send(known, request, given.newKey));
    } catch (error) {
      return tell(failureOf(error), retry);
    }
  };
}

/** Whether the same request would now be another intention. */
export function isKnown(result: object | Failed): boolean {
  if (!('error' in result)) return true;
  const { outcome, code } = result.error;
  return outcome === 'refused' || outcome === 'not_sent' || code === 'OUTCOME_KNOWN';
}
