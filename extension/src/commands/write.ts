import type { Answer } from '../../../shared/client.ts';
import type { Environment } from '../../../shared/environments.ts';
import { operations } from '../../../shared/operations.ts';
import { sentences } from '../../../shared/validate.ts';
import type { Backend } from '../backend.ts';
import { type Failed, operationCommands } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { CommandError } from '../failures/command-failure.ts';
import { showAnswer, showFailure } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { told } from '../failures/tell-failures.ts';
import { answeredSteps, type Form, type FormOperation, unmendable } from '../forms/form.ts';
import { type Draft, issuesIn } from '../forms/request-draft.ts';
import { confirmationStep, formReview } from '../forms/review.ts';
import { runWizard, type WizardInput } from '../forms/wizard.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import type { Intentions } from '../writes/intentions.ts';
import { sendOnce } from '../writes/send-once.ts';
import { explainWrite, tryAgain, writeSteps } from '../writes/write-outcome.ts';
import { whileSending } from './call-with-progress.ts';
import { readWriteArgument } from './command-arguments.ts';
import { findTarget, type Target } from './find-target.ts';

export type WriteDependencies = {
  backend: Backend;
  list: EnvironmentList;
  situation: () => Situation;
  input: WizardInput;
  intentions: Intentions;
  onWritten: (environment: string) => void;
  /** Whether this is a test of the extension. */
  inTest: boolean;
};

type WriteResult<Name extends FormOperation> = Answer<Name> | Failed;

/** A command that writes: it asks for what is missing, shows all of it, has it confirmed, and sends it once. */
export function createWriteCommand<Name extends FormOperation>(
  form: Form<Name>,
  dependencies: WriteDependencies,
): (argument?: unknown) => Promise<WriteResult<Name> | undefined> {
  const { backend, list, situation, input, onWritten, inTest } = dependencies;
  const command = operationCommands[form.operation];
  const schema = operations[form.operation].request;

  /** The whole request, reviewed and confirmed; undefined when the user gave up. */
  async function ask(
    environment: Environment,
    given: Draft | undefined,
    confirmed: boolean,
  ): Promise<Draft | undefined> {
    const issues = given ? issuesIn(schema, given) : [];
    const steps = form.steps(given ?? {});
    const wrong = confirmed ? issues : unmendable(steps, issues);
    if (wrong.length > 0)
      throw new CommandError('ARGUMENTS_INVALID', `${command}: ${sentences(wrong).join('; ')}.`);
    if (given && confirmed) return given;
    const review = formReview(form, environment);
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

  async function send(target: Target, request: Draft, newKey: boolean): Promise<WriteResult<Name>> {
    const { id, name } = target.environment;
    const write = { operation: form.operation, request, newKey };
    const result = await whileSending(`${form.doing} in ${plain(name, 60)} …`, (signal) =>
      sendOnce(dependencies, target, write, (confirmed) =>
        form.send(backend.call, request, { ...confirmed, signal }),
      ),
    );
    onWritten(id);
    if ('error' in result) {
      const steps = writeSteps(command, { environment: id, request });
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

  return told(
    situation,
    async (argument) => {
      const given = readWriteArgument(command, argument, { inTest });
      const asked = { title: form.verb, named: given.environment };
      const target = await findTarget(list, [form.operation], asked);
      const request = target && (await ask(target.environment, given.request, given.confirmed));
      return request && (await send(target, request, given.newKey));
    },
    (argument) => tryAgain(command, argument),
  );
}
