import * as vscode from 'vscode';
import type { FileLimits } from '../../../shared/environments.ts';
import { type DocumentsResult, operationCommands } from '../contributions.ts';
import { type Document, itemOf } from '../documents/document.ts';
import { countWords, resultsText } from '../documents/results.ts';
import { sentencesOf } from '../failures/explain-failure.ts';
import { applyRemedy, openText } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { explainWrite, writeRemedies } from '../writes/write-outcome.ts';

const openResults = 'Open Results';

/**
 * Says what became of documents, in numbers and for the first that failed in words; all of it is one click away.
 * @param left what can be sent again, in batches that are cut by the same limits: keys may wait for these very requests.
 */
export function showDocumentResults(
  { environment, documents, error }: DocumentsResult,
  left: readonly Document[],
  cutBy: FileLimits,
  situation: Situation,
): void {
  const counts = `Documents in ${plain(environment, 60)}: ${countWords(documents)}.`;
  const request = { items: left.map(itemOf) };
  const remedies = writeRemedies(operationCommands.submitDocument, { environment, request, cutBy });
  const people = left.map(({ fields }) => fields.externalReference);
  const explanation = error && explainWrite(error, situation, { externalReferences: people }, remedies);
  const failed = documents.find(({ message }) => message !== undefined);
  const words = explanation
    ? sentencesOf(explanation)
    : failed
      ? `${plain(failed.file, 80)}: ${plain(failed.message ?? '')}`
      : '';
  const offered = explanation?.remedies ?? (left.length > 0 ? [remedies.again] : []);
  const show = error
    ? vscode.window.showErrorMessage
    : documents.some(({ result }) => result !== 'accepted')
      ? vscode.window.showWarningMessage
      : vscode.window.showInformationMessage;
  show(`${counts} ${words}`.trim(), openResults, ...offered.map(({ title }) => title)).then((chosen) => {
    if (chosen === openResults) void openText(resultsText(environment, documents));
    const remedy = offered.find(({ title }) => title === chosen);
    if (remedy) void applyRemedy(remedy);
  });
}
