import * as vscode from 'vscode';
import { submitDocumentBatchRequest, submitDocumentRequest } from '../../../shared/documents.ts';
import type { Environment } from '../../../shared/environments.ts';
import { sentences } from '../../../shared/validate.ts';
import { readWriteArgument } from '../command-arguments.ts';
import { CommandError, type CommandFailure, failureOf } from '../command-failure.ts';
import type { DocumentsResult, Failed } from '../contributions.ts';
import { base64 } from '../documents/base64.ts';
import { batchesOf, type DocumentOperation, operationOf } from '../documents/batches.ts';
import {
  type Document,
  fileFaults,
  type Given,
  readDocuments,
  type Source,
  sourceOf,
} from '../documents/document.ts';
import {
  countOf,
  documentReview,
  documentSteps,
  documentsOf,
  draftIssues,
  draftOf,
} from '../documents/document-steps.ts';
import { countWords, resultsText } from '../documents/results.ts';
import { sendBatches } from '../documents/send-batches.ts';
import { kindWords } from '../environment-words.ts';
import { explain, sentencesOf } from '../explain-failure.ts';
import { answeredSteps, unmendable } from '../forms/form.ts';
import { confirmationStep } from '../forms/review.ts';
import { runWizard } from '../forms/wizard.ts';
import { explainWrite } from '../forms/write-outcome.ts';
import type { NextStep } from '../next-step.ts';
import { plain } from '../plain-text.ts';
import { openText, showFailure, take } from '../show-message.ts';
import { lookUp } from './look-up.ts';
import { pickEnvironment } from './pick-environment.ts';
import { isKnown, type WriteDependencies } from './write.ts';

const command = 'pearsana.submitDocument';

type Target = { origin: string; environment: Environment };

/** Submits files as documents: picked, selected in the explorer, or given by a program. */
export function createSubmitDocumentCommand(
  dependencies: WriteDependencies,
): (argument: unknown, more: unknown) => Promise<DocumentsResult | Failed | undefined> {
  const { backend, list, situation, input, intentions, onWritten, inTest } = dependencies;

  const again = (environment: string, documents: readonly Document[]): NextStep => ({
    title: 'Review and Try Again',
    command,
    argument: { environment, request: { items: documents.map(itemOf) } },
  });

  function tell(error: CommandFailure): Failed {
    showFailure(explain(error, situation()), error.requestId);
    return { error };
  }

  /** All that is said of the documents, reviewed and confirmed; undefined when the user gave up. */
  async function ask(
    { environment }: Target,
    sources: readonly Source[],
    given: readonly Given[] | undefined,
    confirmed: boolean,
  ): Promise<Document[] | undefined> {
    const draft = draftOf(given && given.length > 0 ? given.map(({ fields }) => fields) : [{}]);
    const steps = documentSteps(draft, sources);
    const issues = draftIssues(draft, sources);
    const wrong = confirmed ? issues : given ? unmendable(steps, issues) : [];
    if (wrong.length > 0)
      throw new CommandError('ARGUMENTS_INVALID', `${command}: ${sentences(wrong.slice(0, 5)).join('; ')}.`);
    if (confirmed) return documentsOf(draft, sources);
    const review = documentReview(sources, environment);
    const last = environment.protected ? [review, confirmationStep(environment.id)] : [review];
    const title = [`Submit ${countOf(sources)}`, environment.name, kindWords(environment)];
    const asked = await runWizard(
      {
        title: plain(title.filter(Boolean).join(' · '), 120),
        draft,
        steps: (now) => [...documentSteps(now, sources), ...last],
        ...(given && { answered: answeredSteps(steps, issues) }),
      },
      input,
    );
    return asked && documentsOf(asked, sources);
  }

  async function send(
    { origin, environment }: Target,
    documents: readonly Document[],
    newKey: boolean,
  ): Promise<DocumentsResult> {
    const { id } = environment;
    const batches = batchesOf(documents);
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Submitting documents in ${plain(environment.name, 60)}`,
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
      return sendBatches(batches, {
        read: readSource,
        cancelled: () => cancellation.isCancellationRequested,
        onDone: report,
        async submit(operation, request) {
          try {
            const intention = { origin, environment: id, operation, request };
            if (newKey) await intentions.settle(intention);
            const idempotencyKey = await intentions.keyOf(intention);
            if (backend.origin() !== origin)
              throw new CommandError('BACKEND_CHANGED', 'The BFF was changed meanwhile.');
            const sending = {
              environment: id,
              idempotencyKey,
              ...(environment.protected && { confirm: id }),
            };
            const answer = await call(operation, request, sending).catch((cause: unknown) => ({
              error: failureOf(cause),
            }));
            if (isKnown(answer)) await intentions.settle(intention);
            return answer;
          } catch (cause) {
            return { error: { ...failureOf(cause), outcome: 'not_sent' } };
          }
        },
      });
    });
    onWritten(id);
    void list.update();
    show({ environment: id, documents: results, ...(error && { error }) }, left);
    return { environment: id, documents: results, ...(error && { error }) };
  }

  function call(
    operation: DocumentOperation,
    request: Record<string, unknown>,
    sending: { environment: string; idempotencyKey: string; confirm?: string },
  ) {
    return operation === 'submitDocument'
      ? backend.call(operation, { ...sending, request: submitDocumentRequest.parse(request) })
      : backend.call(operation, { ...sending, request: submitDocumentBatchRequest.parse(request) });
  }

  /** Says what became of them, in numbers and for the first that failed in words; all of it is one click away. */
  function show(result: DocumentsResult, left: readonly Document[]): void {
    const { environment, documents, error } = result;
    const counts = `Documents in ${plain(environment, 60)}: ${countWords(documents)}.`;
    const openResults = 'Open Results';
    const retry = again(environment, left);
    const anew = {
      ...retry,
      title: 'Send with a New Key',
      argument: { ...Object(retry).argument, newKey: true },
    };
    const people = left.map(({ fields }) => fields.externalReference);
    const explanation =
      error &&
      explainWrite(
        error,
        situation(),
        { externalReferences: people },
        {
          again: retry,
          anew: anew as NextStep,
          resolve: (requestId) => ({
            title: 'Mark as Resolved',
            command: 'pearsana.resolve',
            argument: { environment, requestId },
          }),
        },
      );
    const failed = documents.find(({ message }) => message !== undefined);
    const words = explanation
      ? sentencesOf(explanation)
      : failed
        ? `${plain(failed.file, 80)}: ${plain(failed.message ?? '')}`
        : '';
    const steps = explanation?.steps ?? (left.length > 0 ? [retry] : []);
    const say = error
      ? vscode.window.showErrorMessage
      : documents.some(({ result: each }) => each !== 'accepted')
        ? vscode.window.showWarningMessage
        : vscode.window.showInformationMessage;
    say(`${counts} ${words}`.trim(), openResults, ...steps.map(({ title }) => title)).then((chosen) => {
      if (chosen === openResults) void openText(resultsText(environment, documents));
      const step = steps.find(({ title }) => title === chosen);
      if (step) void take(step);
    });
  }

  return async (argument, more) => {
    try {
      const files = explorerFiles(argument, more);
      const given = readWriteArgument(command, files ? undefined : argument, { inTest });
      const read = given.request && readDocuments(given.request);
      const sources = files
        ? await Promise.all(files.map((uri) => sourceAt(uri)))
        : await sourcesOf(read ?? []);
      if (!sources) return undefined;
      const faults = fileFaults(sources);
      if (faults !== undefined) throw new CommandError('ARGUMENTS_INVALID', faults);
      const operations = batchesOf(sources.map((source) => ({ source, fields: {} }))).map(operationOf);
      const operation = operations[0] ?? 'submitDocument';
      const target = given.environment
        ? { environment: given.environment }
        : await pickEnvironment(operation, `Submit ${countOf(sources)}`, dependencies);
      if (target === undefined) return undefined;
      if ('error' in target) return tell(target.error);
      const [known, ...others] = await Promise.all(
        operations.map((each) => lookUp(list, target.environment, each)),
      );
      for (const each of others) if ('error' in each) return tell(each.error);
      if (known === undefined) return undefined;
      if ('error' in known) return tell(known.error);
      const documents = await ask(known, sources, read, given.confirmed);
      return documents && (await send(known, documents, given.newKey));
    } catch (error) {
      return tell(failureOf(error));
    }
  };
}

function itemOf({ source, fields }: Document): Record<string, unknown> {
  const { uri, file, itemId, filename } = source;
  const own = uri === undefined ? { file, filename } : { uri };
  return Object.fromEntries(
    Object.entries({ ...fields, ...own, itemId }).filter(([, value]) => value !== undefined),
  );
}

/** The files that a menu of the explorer gives: the one that was clicked, and all that are selected. */
function explorerFiles(argument: unknown, more: unknown): vscode.Uri[] | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  const selected = Array.isArray(more) ? more.filter((each) => each instanceof vscode.Uri) : [];
  return selected.length > 0 ? selected : [argument];
}

/** What a program gave; without any, the files that the user picks, and nothing when the user gave up. */
async function sourcesOf(given: readonly Given[]): Promise<Source[] | undefined> {
  const [first] = given;
  if (first && (first.uri !== undefined || first.file !== undefined)) {
    return Promise.all(
      given.map((each, index) => {
        const { uri, file = '' } = each;
        return uri === undefined
          ? sourceOf({ ...each, file }, index)
          : sourceAt(vscode.Uri.parse(uri, true), each);
      }),
    );
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Submit',
    title: 'Documents for Pearsana',
  });
  return picked && Promise.all(picked.map((uri) => sourceAt(uri, picked.length === 1 ? first : undefined)));
}

async function sourceAt(uri: vscode.Uri, { filename, itemId }: Partial<Given> = {}): Promise<Source> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const { type, size, mtime } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0)
    throw new CommandError('ARGUMENTS_INVALID', `${plain(name, 80)} is no file. Nothing was sent.`);
  return {
    name: filename ?? name,
    filename: filename ?? name,
    bytes: size,
    modified: mtime,
    uri: uri.toString(),
    ...(itemId !== undefined && { itemId }),
  };
}

async function readSource({ name, uri, file, bytes, modified }: Source): Promise<string> {
  if (uri === undefined) return file ?? '';
  const at = vscode.Uri.parse(uri, true);
  const { mtime } = await vscode.workspace.fs.stat(at);
  const content = await vscode.workspace.fs.readFile(at);
  if (mtime === modified && content.length === bytes) return base64(content);
  throw new CommandError('ARGUMENTS_INVALID', `${plain(name, 80)} was changed after the review.`);
}
