import { mostBatchItems } from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { Document } from './document.ts';

/**
 * Documents in their order, in as many requests as it takes. It looks forward alone, so the documents that are left
 * after some requests make the same requests again, and these have the same keys.
 */
export function batchesOf(documents: readonly Document[], { batch: largestBatch }: FileLimits): Document[][] {
  const batches: Document[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const document of documents) {
    const last = batches.at(-1);
    bytes += document.source.bytes;
    if (last && last.length < mostBatchItems && bytes <= largestBatch) last.push(document);
    else {
      batches.push([document]);
      bytes = document.source.bytes;
    }
  }
  return batches;
}

export type DocumentOperation = 'submitDocument' | 'submitDocumentBatch';

/** One document alone needs no batch, unless it has what only a batch can say. */
export function operationOf(batch: readonly Document[]): DocumentOperation {
  const [first, ...others] = batch;
  const alone = first && others.length === 0 && first.source.itemId === undefined;
  return alone && !('metadata' in first.fields) && !('partnerReferenceId' in first.fields)
    ? 'submitDocument'
    : 'submitDocumentBatch';
}

/** The id that tells a document's result apart: its own, or its place, which is the same at another try. */
export function itemIdOf({ source }: Document, index: number): string {
  return source.itemId ?? String(index + 1);
}

/** What is sent for a batch. Its files are read now, and only its own. */
export async function requestOf(
  batch: readonly Document[],
  read: (source: Document['source']) => Promise<string>,
): Promise<Draft> {
  const files: string[] = [];
  for (const { source } of batch) files.push(await read(source));
  return requestWith(batch, files);
}

/** @param files the base64 of each document. */
export function requestWith(batch: readonly Document[], files: readonly string[]): Draft {
  const alone = operationOf(batch) === 'submitDocument';
  const items = batch.map(
    (document, index): Draft => ({
      ...document.fields,
      file: files[index],
      ...(document.source.filename !== undefined && { filename: document.source.filename }),
      ...(!alone && { itemId: itemIdOf(document, index) }),
    }),
  );
  const [first] = items;
  return alone && first ? first : { items };
}
