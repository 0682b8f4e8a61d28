import { referencesOf, referenceWords } from '../../../shared/external-references.ts';
import { countRows } from '../../../shared/imports/count-rows.ts';
import { formatCsv } from '../../../shared/imports/csv-table.ts';
import { harmless, type RowState } from '../../../shared/imports/result-files.ts';
import { valueAt } from '../../../shared/validate.ts';
import type { DocumentResult } from '../contributions.ts';
import type { CommandFailure } from '../failures/command-failure.ts';
import { endWords, stateCountWords } from '../imports/import-words.ts';
import { plain } from '../plain-text.ts';
import { textTable } from '../text-table.ts';
import { itemIdOf, operationOf } from './batches.ts';
import type { Document, LeftOut } from './document.ts';

/** What an answer says of each document of its batch. Pearsana documents no answer, so each field may be missing. */
export function resultsOf(
  batch: readonly Document[],
  { requestId, result }: { requestId: string; result: unknown },
): DocumentResult[] {
  const list = valueAt(result, ['results']);
  const alone = operationOf(batch) === 'submitDocument';
  return batch.map((document, index) => {
    const found = alone
      ? result
      : (Array.isArray(list) ? list : []).find(
          (each) => valueAt(each, ['itemId']) === itemIdOf(document, index),
        );
    const known = { ...namesOf(document), requestId };
    const documentId = valueAt(found, ['document', 'documentId']);
    const status = valueAt(found, ['status']);
    const error = valueAt(found, ['error']);
    const has = typeof documentId === 'string' && { documentId };
    if (error !== undefined || /fail|reject|error/i.test(String(status))) {
      const words = [valueAt(error, ['message']), valueAt(error, ['code']), error, status];
      const message = words.find((each) => typeof each === 'string') ?? 'Pearsana does not say why.';
      return { ...known, result: 'failed', message: String(message) };
    }
    if (alone || has || status !== undefined) return { ...known, result: 'accepted', ...has };
    return { ...known, result: 'unknown', message: 'Pearsana’s answer does not mention this document.' };
  });
}

/** What became of a batch that failed as a whole, or was not sent. */
export function resultsWithout(batch: readonly Document[], failure?: CommandFailure): DocumentResult[] {
  const { outcome, requestId, message } = failure ?? {};
  const result = outcome === 'unknown' ? 'unknown' : outcome === 'refused' ? 'failed' : 'not sent';
  return batch.map((document) => ({
    ...namesOf(document),
    result,
    ...(requestId !== undefined && { requestId }),
    ...(message !== undefined && { message }),
  }));
}

function namesOf({ source, fields }: Document): Pick<DocumentResult, 'file' | 'person'> {
  const person = referenceWords(referencesOf('submitDocument', fields));
  return { file: source.name, ...(person !== '' && { person }) };
}

/** Of what was never part of a request. */
export function resultsLeftOut(leftOut: readonly LeftOut[]): DocumentResult[] {
  return leftOut.map(({ name, why }) => ({ file: name, result: 'not sent', message: `It ${why}.` }));
}

/** In the order in which somebody has to look at them. */
const kinds = ['failed', 'unknown', 'not sent', 'accepted'] as const;

const inOrder = (results: readonly DocumentResult[]) =>
  kinds.flatMap((kind) => results.filter(({ result }) => result === kind));

/** A document ends as the row of an import does, and people are told so in the same words. */
const states: Record<DocumentResult['result'], RowState> = {
  ...{ accepted: 'succeeded', failed: 'refused', unknown: 'unknown' },
  'not sent': 'not_sent',
};

/** As in `2 done, 1 refused`. */
export function documentCounts(results: readonly DocumentResult[]): string {
  return stateCountWords(countRows(results.map(({ result }) => ({ state: states[result] }))));
}

/** All of it, to be read: a line for each document, those that need somebody first. */
export function documentsText(environment: string, results: readonly DocumentResult[]): string {
  const rows = inOrder(results).map(
    ({ file, person = '-', result, message, documentId = '-', requestId = '-' }) => [
      plain(file, 80),
      plain(person, 80),
      endWords[states[result]],
      plain(message ?? documentId),
      plain(requestId, 128),
    ],
  );
  const header = ['file', 'person', 'result', 'why, or the document', 'request'];
  return textTable(`Documents in ${plain(environment, 60)}: ${documentCounts(results)}`, [header, ...rows]);
}

const columns = ['file', 'person', 'result', 'why', 'document', 'request'];

/** The same for a spreadsheet. */
export function documentsCsv(results: readonly DocumentResult[]): string {
  const rows = inOrder(results).map(
    ({ file, person = '', result, message = '', documentId = '', requestId = '' }) =>
      [file, person, endWords[states[result]], message, documentId, requestId].map(harmless),
  );
  return formatCsv([columns, ...rows]);
}
