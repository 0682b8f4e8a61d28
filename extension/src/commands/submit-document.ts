import * as vscode from 'vscode';
import type { FileLimits } from '../../../shared/environments.ts';
import { type DocumentsResult, type Failed, operationCommands } from '../contributions.ts';
import { batchesOf, operationOf } from '../documents/batches.ts';
import {
  type Document,
  itemOf,
  type LeftOut,
  nothingToSend,
  readDocuments,
  sortOut,
} from '../documents/document.ts';
import { documentsOf, draftOf } from '../documents/document-draft.ts';
import { documentForm } from '../documents/document-form.ts';
import { resultsLeftOut } from '../documents/results.ts';
import { sendBatches } from '../documents/send-batches.ts';
import { CommandError } from '../failures/command-failure.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { plain } from '../plain-text.ts';
import { sendOnce, type Target } from '../writes/send-once.ts';
import { formAgain } from '../writes/sent-before.ts';
import { requestIdsOf } from '../writes/sent-requests.ts';
import { tryAgain } from '../writes/write-outcome.ts';
import { askForRequest } from './ask-for-request.ts';
import { readWriteArgument } from './command-arguments.ts';
import { explorerFiles, readSource, sourcesAt, sourcesOf } from './document-files.ts';
import { findTarget, loadList } from './find-target.ts';
import { showDocumentResults } from './show-document-results.ts';
import { whileUnderWay } from './while-under-way.ts';
import type { WriteDependencies } from './write.ts';

const command = operationCommands.submitDocument;

/** Submits files as documents: picked, selected in the explorer, or given by a program. */
export function createSubmitDocumentCommand(
  dependencies: WriteDependencies,
): (argument?: unknown, more?: unknown) => Promise<DocumentsResult | Failed | undefined> {
  const { list, situation, sent, onWritten, inTest } = dependencies;

  async function send(
    target: Target,
    documents: readonly Document[],
    { cutBy, newKey, leftOut }: { cutBy: FileLimits; newKey: boolean; leftOut: readonly LeftOut[] },
  ): Promise<DocumentsResult> {
    const { id, name } = target.environment;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Submitting documents in ${plain(name, 60)}`,
      cancellable: true,
    };
    let done = 0;
    const { results, left, error } = await vscode.window.withProgress(options, (progress, cancellation) => {
      const report = (count: number) => {
        done += count;
        const increment = (100 * count) / documents.length;
        progress.report({ message: `${done} of ${documents.length}`, increment });
      };
      report(0);
      return sendBatches(batchesOf(documents, cutBy), {
        read: readSource,
        cancelled: () => cancellation.isCancellationRequested,
        onDone: report,
        submit: async (operation, request, batch) => {
          const answer = await sendOnce(dependencies, target, { operation, request, newKey });
          const items = batch.map(itemOf);
          sent.remember(requestIdsOf(answer), { environment: id, request: { items }, cutBy });
          if ('error' in answer) sent.noteReason(answer.error.requestId, answer.error.message);
          return answer;
        },
      });
    });
    onWritten({ environment: id, isUnknown: error?.outcome === 'unknown' });
    if (results.some((each) => each.result === 'accepted')) list.sentTo(target.environment);
    void list.update();
    const result = {
      environment: id,
      documents: [...results, ...resultsLeftOut(leftOut)],
      ...(error && { error }),
    };
    showDocumentResults(result, left, cutBy, situation());
    return result;
  }

  return tellFailures(
    situation,
    async (argument, more) => {
      const files = explorerFiles(argument, more);
      const wanted = readWriteArgument(command, files ? undefined : argument, { inTest });
      const read = wanted.request && readDocuments(wanted.request);
      const { fileLimits } = await loadList(list);
      const cutBy = wanted.cutBy ?? fileLimits;
      const found = files ? await sourcesAt(files) : await sourcesOf(read ?? []);
      if (!found) return undefined;
      const { usable: sources, leftOut: faulty } = sortOut(found.sources, fileLimits);
      const leftOut = [...faulty, ...found.leftOut];
      const form = documentForm(sources, cutBy, leftOut, readSource);
      const batches = batchesOf(documentsOf({}, sources), cutBy);
      const [first, ...others] = batches.map(operationOf);
      if (!first) throw new CommandError('FILE_NOT_USABLE', nothingToSend(leftOut));
      const { title } = form;
      const target = await findTarget(list, [first, ...others], { title, named: wanted.environment });
      if (!target) return undefined;
      // What is said of each file stays with it.
      const isEach = read?.length === found.sources.length;
      const kept = read?.filter((_, at) => !isEach || sources.some((each) => each === found.sources[at]));
      const given = kept && draftOf(kept.map(({ fields }) => fields));
      const { confirmed } = wanted;
      // What was begun for some files is of no use for others.
      const draftName = [command, ...sources.map(({ uri, name }) => uri ?? name)].join(' ');
      return whileUnderWay(target.environment, title, async () => {
        const wish = { command, given, confirmed, newKey: wanted.newKey, draftName };
        const asked = await askForRequest(
          formAgain(form, first, wanted.sentBefore),
          target,
          wish,
          dependencies,
        );
        if (!asked) return undefined;
        const { request, newKey } = asked;
        return send(target, documentsOf(request, sources), { cutBy, newKey, leftOut });
      });
    },
    // A remedy has one argument, and the explorer gives several files in a second one.
    (argument, more) => (more === undefined ? tryAgain(command, argument) : undefined),
  );
}
