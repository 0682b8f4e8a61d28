import { createHash } from 'node:crypto';
import { inOrder } from '../../shared/canonical.ts';
import type { OperationRow } from '../../shared/endpoint-row.ts';
import { type ExternalReference, externalReference } from '../../shared/fields.ts';
import { valueAt } from '../../shared/validate.ts';
import { BffError } from '../bff-error.ts';
import { jsonPieces, type NextTurn } from '../json/write-json.ts';
import { mostReferenceBytes } from './kept.ts';

/** What the journal remembers of a request. It is computed early, so that the parsed request (a document) can be dropped. */
export type Remembered = {
  /** SHA-256 of the request, independent of the order of its fields. */
  digest: Uint8Array;
  /** The ids of people in other systems, with which one can search in Pearsana. */
  references: readonly ExternalReference[];
};

/**
 * @param request with every number exactly as it came: requests that differ in any digit are different.
 * @param parameters of the path and query: the same body about something else is a different request
 * @throws BffError if there are more references than the journal keeps for one write.
 */
export async function rememberedOf(
  { references: path }: OperationRow,
  request: unknown,
  nextTurn: NextTurn,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Remembered> {
  const references = path === undefined ? [] : eachOnce(referencesAt(request, path));
  const bytes = Buffer.byteLength(JSON.stringify(references));
  if (path !== undefined && bytes > mostReferenceBytes) {
    const message = `must take at most ${words(mostReferenceBytes)} bytes as JSON, all together, because the journal keeps them; these take ${words(bytes)}`;
    throw BffError.invalid([{ path: path.join('.'), message }]);
  }
  const isAll = Object.keys(parameters).length === 0 && request !== undefined;
  const all = isAll ? request : { parameters, request };
  const hash = createHash('sha256');
  for await (const piece of jsonPieces(inOrder(all), nextTurn)) hash.update(piece);
  return { digest: hash.digest(), references };
}

const words = (bytes: number) => bytes.toLocaleString('en');

/** Several documents of a batch may belong to one person. */
function eachOnce(references: readonly ExternalReference[]): ExternalReference[] {
  const nameOf = ({ namespace, externalId }: ExternalReference) => JSON.stringify([namespace, externalId]);
  return [...new Map(references.map((each) => [nameOf(each), each])).values()];
}

/** The path ends at one reference or a list, and may lead through lists, such as the items of a batch. */
function referencesAt(value: unknown, path: readonly string[]): ExternalReference[] {
  if (Array.isArray(value)) return value.flatMap((each) => referencesAt(each, path));
  const [name, ...rest] = path;
  if (name !== undefined) return referencesAt(valueAt(value, [name]), rest);
  const reference = externalReference.safeParse(value).data;
  return reference ? [reference] : [];
}
