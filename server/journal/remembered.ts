import { createHash } from 'node:crypto';
import { inOrder } from '../../shared/canonical.ts';
import type { OperationRow } from '../../shared/endpoint-row.ts';
import { type ExternalReference, externalReference } from '../../shared/fields.ts';
import { valueAt } from '../../shared/validate.ts';
import { BffError } from '../bff-error.ts';
import { jsonPieces, type NextTurn } from '../json/write-json.ts';
import { mostReferenceBytes } from './kept.ts';

/** What the journal remembers of a request, taken from it while it is whole: a document is not kept for that. */
export type Remembered = {
  /** SHA-256 of the request, whatever the order of its fields. */
  digest: Uint8Array;
  /** The names of people in other systems, by which the partner can be searched. */
  references: readonly ExternalReference[];
};

/**
 * @param request with every number as it came: two that differ in any digit are two requests.
 * @param parameters what the request's path and query say: the same body about something else is another request
 * @throws BffError where the references are more than the journal keeps of one write.
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

/** Several documents of a batch may be one person's. */
function eachOnce(references: readonly ExternalReference[]): ExternalReference[] {
  const nameOf = ({ namespace, externalId }: ExternalReference) => JSON.stringify([namespace, externalId]);
  return [...new Map(references.map((each) => [nameOf(each), each])).values()];
}

/** At the end of the path stands one or a list, and on the way to it may be lists too, as the items of a batch are. */
function referencesAt(value: unknown, path: readonly string[]): ExternalReference[] {
  if (Array.isArray(value)) return value.flatMap((each) => referencesAt(each, path));
  const [name, ...rest] = path;
  if (name !== undefined) return referencesAt(valueAt(value, [name]), rest);
  const reference = externalReference.safeParse(value).data;
  return reference ? [reference] : [];
}
