import { byteWords } from '../../../shared/byte-words.ts';
import { decodedBytes } from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import { argumentsInvalid, type CommandError } from '../failures/command-failure.ts';
import type { Draft } from '../forms/request-draft.ts';
import { plain } from '../plain-text.ts';

/** Where a document comes from: a file, which is read just before it is sent, or a program that gave its base64. */
export type Source = {
  name: string;
  bytes: number;
  uri?: string;
  /** When the file was last written, as it was reviewed. */
  modified?: number;
  file?: string;
  /** A program's own; without it, its place in the batch. */
  itemId?: string;
  /** Absent where a program gave none. */
  filename?: string;
};

/** What is said of a document beside its file, in the request's own fields. */
export type Document = { source: Source; fields: Draft };

/** A document as an argument has it: what is given stands in the place of a question. */
export type Given = { uri?: string; file?: string; filename?: string; itemId?: string; fields: Draft };

/**
 * The documents of a request for one or for a batch; a `uri` may stand in the place of each `file`.
 * @throws CommandError when it is neither.
 */
export function readDocuments(request: Draft): Given[] {
  const { items, ...others } = request;
  if (items === undefined) return [readDocument(request)];
  if (!Array.isArray(items) || items.length === 0 || Object.keys(others).length > 0)
    throw wrongArgument('items');
  const documents = items.map(readDocument);
  const ids = documents.flatMap(({ itemId }) => itemId ?? []);
  if (new Set(ids).size < ids.length) throw wrongArgument('distinct itemIds');
  // Ids of their own beside numbers of ours could meet.
  if (ids.length > 0 && ids.length < documents.length)
    throw wrongArgument('an itemId for each item, or for none');
  if (documents.some(({ file, uri }) => file === undefined && uri === undefined))
    throw wrongArgument('a file for each item');
  return documents;
}

function readDocument(item: unknown): Given {
  if (typeof item !== 'object' || item === null) throw wrongArgument('objects as its items');
  const { uri, file, filename, itemId, ...fields }: Draft = { ...item };
  const texts = { uri, file, filename, itemId };
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && typeof value !== 'string') throw wrongArgument(`text as ${name}`);
  }
  const given = Object.entries(texts).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), fields };
}

function wrongArgument(needs: string): CommandError {
  return argumentsInvalid(`pearsana.submitDocument needs ${needs} in its request.`);
}

/** A document as an argument: what {@link readDocuments} reads. */
export function itemOf({ source, fields }: Document): Draft {
  const { uri, file, itemId, filename } = source;
  const whence = uri === undefined ? { file, filename } : { uri };
  return Object.fromEntries(
    Object.entries({ ...fields, ...whence, itemId }).filter(([, value]) => value !== undefined),
  );
}

/** The document that a program gave whole. */
export function sourceOf(given: Given & { file: string }, index: number): Source {
  const { file, filename, itemId } = given;
  return {
    name: filename ?? itemId ?? `document ${index + 1}`,
    bytes: decodedBytes(file),
    file,
    ...(filename !== undefined && { filename }),
    ...(itemId !== undefined && { itemId }),
  };
}

/** What was selected and cannot be sent, and why: `letter.pdf`, `is empty`. */
export type LeftOut = { name: string; why: string };

/** Tells the files that can be sent from those that cannot, so that the one does not hold up the others. */
export function sortOut(
  sources: readonly Source[],
  { document: largest }: Pick<FileLimits, 'document'>,
): { usable: Source[]; leftOut: LeftOut[] } {
  const usable: Source[] = [];
  const leftOut: LeftOut[] = [];
  for (const source of sources) {
    const { name, bytes } = source;
    if (bytes <= 0) leftOut.push({ name, why: 'is empty' });
    else if (bytes <= largest) usable.push(source);
    else leftOut.push({ name, why: `is ${byteWords(bytes)}; the limit is ${byteWords(largest, 'exact')}` });
  }
  return { usable, leftOut };
}

/** For when all of it was left out. */
export function nothingToSend(leftOut: readonly LeftOut[]): string {
  const faults = leftOut.slice(0, 3).map(({ name, why }) => `${plain(name, 80)} ${why}`);
  const more = leftOut.length > 3 ? `; and ${leftOut.length - 3} more` : '';
  return `Nothing was sent: ${faults.join('; ') || 'there is no file'}${more}.`;
}
