import type { Answer } from '../../../shared/client.ts';
import { referencesOf, referenceWords } from '../../../shared/external-references.ts';
import { idIn } from '../../../shared/imports/row-verdict.ts';
import type { Backend } from '../backend.ts';
import { type Failed, operationCommands } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import {
  copyMadeId,
  copyRequestId,
  openTextButton,
  showFailure,
  showMessage,
} from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import type { PersonOperation } from '../forms/form.ts';
import type { OperationForm } from '../forms/operation-form.ts';
import type { Draft } from '../forms/request-draft.ts';
import { plain } from '../plain-text.ts';
import { timeWords } from '../time-words.ts';
import type { Written } from '../views/activity-tree.ts';
import type { Intentions } from '../writes/intentions.ts';
import { sendOnce, type Target } from '../writes/send-once.ts';
import { formAgain } from '../writes/sent-before.ts';
import { requestIdsOf, type SentRequests } from '../writes/sent-requests.ts';
import { explainWrite, tryAgain, writeRemedies } from '../writes/write-outcome.ts';
import { type AskDependencies, askForRequest } from './ask-for-request.ts';
import { whileSending } from './call-with-progress.ts';
import { readWriteArgument } from './command-arguments.ts';
import { findTarget } from './find-target.ts';
import { whileUnderWay } from './while-under-way.ts';

export type WriteDependencies = AskDependencies & {
  backend: Backend;
  list: EnvironmentList;
  situation: () => Situation;
  intentions: Intentions;
  sent: SentRequests;
  onWritten: (written: Written) => void;
  /** Whether this is a test of the extension. */
  inTest: boolean;
};

type WriteResult<Name extends PersonOperation> = Answer<Name> | Failed;

/** A command that writes: it asks for what is missing, shows all of it, has it confirmed, and sends it once. */
export function createWriteCommand<Name extends PersonOperation>(
  form: OperationForm<Name>,
  dependencies: WriteDependencies,
): (argument?: unknown) => Promise<WriteResult<Name> | undefined> {
  const { list, situation, lastEntries, sent, onWritten, inTest } = dependencies;
  const command = operationCommands[form.operation];

  async function send(target: Target, request: Draft, newKey: boolean): Promise<WriteResult<Name>> {
    const { id, name } = target.environment;
    const result = await whileSending(`${form.doing} in ${plain(name, 60)}…`, (signal) =>
      sendOnce(dependencies, target, { operation: form.operation, request, newKey }, signal),
    );
    sent.remember(requestIdsOf(result), { environment: id, request });
    onWritten({ environment: id, isUnknown: 'error' in result && result.error.outcome === 'unknown' });
    if ('error' in result) {
      if (result.error.outcome !== undefined) sent.noteReason(result.error.requestId, result.error.message);
      const remedies = writeRemedies(command, { environment: id, request });
      const write = { operation: form.operation, references: request.externalReferences };
      showFailure(explainWrite(result.error, situation(), write, remedies), result.error);
      return result;
    }
    list.sentTo(target.environment);
    void list.update();
    void lastEntries.keep(form.entriesOf(request));
    const done = `${form.doneWords(request, result)} in ${result.environment}.`;
    const before =
      'replayed' in result && result.replayed ? ' It was already done, so it was not sent again.' : '';
    const made = idIn(result.result);
    const people = referenceWords(referencesOf(form.operation, request));
    const facts = `${people && `For ${plain(people, 200)}\n`}Sent ${timeWords(Date.now(), undefined, 'medium')}`;
    showMessage('information', plain(done + before), [
      ...(made === undefined ? [] : [copyMadeId(made, facts)]),
      copyRequestId(result.requestId),
      openTextButton('Show Pearsana’s Answer', {
        name: `${form.title} in ${id}.json`,
        text: JSON.stringify(result, undefined, 2),
      }),
    ]);
    return result;
  }

  return tellFailures(
    situation,
    async (argument) => {
      const {
        environment: named,
        request: given,
        ...wanted
      } = readWriteArgument(command, argument, { inTest });
      const target = await findTarget(list, [form.operation], { title: form.title, named });
      if (!target) return undefined;
      return whileUnderWay(target.environment, form.title, async () => {
        const asked = await askForRequest(
          formAgain(form, form.operation, wanted.sentBefore),
          target,
          { command, given, ...wanted },
          dependencies,
        );
        return asked && (await send(target, asked.request, asked.newKey));
      });
    },
    (argument) => tryAgain(command, argument),
  );
}
