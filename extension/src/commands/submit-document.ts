import * as vscode from 'vscode';
import { submitDocumentBatchRequest, submitDocumentRequest } from '../../../shared/documents.ts';
import type { Environment, FileLimits } from '../../../shared/environments.ts';
import { sentences } from '../../../shared/validate.ts';
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
import { CommandError } from '../failures/command-failure.ts';
import { sentencesOf } from '../failures/explain-failure.ts';
import { openText, take } from '../failures/show-message.ts';
import { told } from '../failures/tell-failures.ts';
import { answeredSteps, type Confirmed, unmendable } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import { confirmationStep } from '../forms/review.ts';
import { runWizard } from '../forms/wizard.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import { sendOnce } from '../writes/send-once.ts';
import { explainWrite, tryAgain, writeSteps } from '../writes/write-outcome.ts';
import { readWriteArgument } from './command-arguments.ts';
import { findTarget, loadList, type Target } from './find-target.ts';
import type { WriteDependencies } from './write.ts';

const command = 'pearsana.submitDocument';

/** Submits files as documents: picked, selected in the explorer, or given by a program. */
export function createSubmitDocumentCommand(
  dependencies: WriteDependencies,
): (argument?: unknown, more?: unknown) => Promise<DocumentsResult | Failed | undefined> {
  const { backend, list, situation, input, onWritten, inTest } = dependencies;

  /** All that is said of the documents, reviewed and confirmed; undefined when the user gave up. */
  async function ask(
    environment: Environment,
    cutBy: FileLimits,
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
    const review = documentReview(sources, cutBy, environment);
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
    target: Target,
    cutBy: FileLimits,
    documents: readonly Document[],
    newKey: boolean,
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
        submit: (operation, request) =>
          sendOnce(dependencies, target, { operation, request, newKey }, (confirmed) =>
            call(operation, request, confirmed),
          ),
      });
    });
    onWritten(id);
    void list.update();
    const result = { environment: id, documents: results, ...(error && { error }) };
    show(result, left, cutBy);
    return result;
  }

  function call(operation: DocumentOperation, request: Draft, confirmed: Confirmed) {
    return operation === 'submitDocument'
      ? backend.call(operation, { ...confirmed, request: submitDocumentRequest.parse(request) })
      : backend.call(operation, { ...confirmed, request: submitDocumentBatchRequest.parse(request) });
  }

  /** Says what became of them, in numbers and for the first that failed in words; all of it is one click away. */
  function show(
    { environment, documents, error }: DocumentsResult,
    left: readonly Document[],
    cutBy: FileLimits,
  ): void {
    const counts = `Documents in ${plain(environment, 60)}: ${countWords(documents)}.`;
    const openResults = 'Open Results';
    // Keys may wait for these very requests.
    const steps = writeSteps(command, { environment, request: { items: left.map(itemOf) }, cutBy });
    const people = left.map(({ fields }) => fields.externalReference);
    const explanation = error && explainWrite(error, situation(), { externalReferences: people }, steps);
    const failed = documents.find(({ message }) => message !== undefined);
    const words = explanation
      ? sentencesOf(explanation)
      : failed
        ? `${plain(failed.file, 80)}: ${plain(failed.message ?? '')}`
        : '';
    const next = explanation?.steps ?? (left.length > 0 ? [steps.again] : []);
    const say = error
      ? vscode.window.showErrorMessage
      : documents.some(({ result: each }) => each !== 'accepted')
        ? vscode.window.showWarningMessage
        : vscode.window.showInformationMessage;
    say(`${counts} ${words}`.trim(), openResults, ...next.map(({ title }) => title)).then((chosen) => {
      if (chosen === openResults) void openText(resultsText(environment, documents));
      const step = next.find(({ title }) => title === chosen);
      if (step) void take(step);
    });
  }

  return told(
    situation,
    async (argument, more) => {
      const files = explorerFiles(argument, more);
      const given = readWriteArgument(command, files ? undefined : argument, { inTest });
      const read = given.request && readDocuments(given.request);
      const { fileLimits } = await loadList(list);
      const cutBy = given.cutBy ?? fileLimits;
      const sources = files
        ? await Promise.all(files.map((uri) => sourceAt(uri)))
        : await sourcesOf(read ?? []);
      if (!sources) return undefined;
      const faults = fileFaults(sources, fileLimits);
      if (faults !== undefined) throw new CommandError('FILE_NOT_USABLE', faults);
      const [first, ...others] = batchesOf(
        sources.map((source) => ({ source, fields: {} })),
        cutBy,
      ).map(operationOf);
      if (!first) return undefined;
      const asked = { title: `Submit ${countOf(sources)}`, named: given.environment };
      const target = await findTarget(list, [first, ...others], asked);
      const documents = target && (await ask(target.environment, cutBy, sources, read, given.confirmed));
      return documents && (await send(target, cutBy, documents, given.newKey));
    },
    // A step has one argument, and the explorer gives several files in a second one.
    (argument, more) => (more === undefined ? tryAgain(command, argument) : undefined),
  );
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
    throw new CommandError('FILE_NOT_USABLE', `${plain(name, 80)} is no file. Nothing was sent.`);
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
  throw new CommandError('FILE_NOT_USABLE', `${plain(name, 80)} was changed after the review.`);
}
