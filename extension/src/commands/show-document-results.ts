import type { FileLimits } from '../../../shared/environments.ts';
import { type DocumentsResult, operationCommands } from '../contributions.ts';
import { type Document, itemOf } from '../documents/document.ts';
import { documentCounts, documentsCsv, documentsText } from '../documents/results.ts';
import { sentencesOf } from '../failures/explain-failure.ts';
import { openTextButton, remedyButton, showMessage } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { explainWrite, writeRemedies } from '../writes/write-outcome.ts';

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
  const counts = `Documents in ${plain(environment, 60)}: ${documentCounts(documents)}.`;
  const request = { items: left.map(itemOf) };
  const remedies = writeRemedies(operationCommands.submitDocument, { environment, request, cutBy });
  const people = left.map(({ fields }) => fields.externalReference);
  const operation = left.length === 1 ? 'submitDocument' : 'submitDocumentBatch';
  const explanation = error && explainWrite(error, situation, { operation, references: people }, remedies);
  const failed = documents.find(({ message }) => message !== undefined);
  const words = explanation
    ? sentencesOf(explanation)
    : failed
      ? `${plain(failed.file, 80)}: ${plain(failed.message ?? '')}`
      : '';
  const offered = explanation?.remedies ?? (left.length > 0 ? [remedies.again] : []);
  const severity = error
    ? 'error'
    : documents.some(({ result }) => result !== 'accepted')
      ? 'warning'
      : 'information';
  showMessage(severity, `${counts} ${words}`.trim(), [
    openTextButton('Open Results', {
      name: `Documents in ${environment}.txt`,
      text: documentsText(environment, documents),
      csv: documentsCsv(documents),
    }),
    ...offered.map(remedyButton),
  ]);
}
