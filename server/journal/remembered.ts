import { createHash } from 'node:crypto';
import { inOrder } from '../../shared/canonical.ts';
import type { OperationRow } from '../../shared/endpoint-row.ts';
import { referencesIn } from '../../shared/external-references.ts';
import type { ExternalReference } from '../../shared/fields.ts';
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
  row: OperationRow,
  request: unknown,
  nextTurn: NextTurn,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Remembered> {
  const references = referencesIn(row, request);
  const bytes = Buffer.byteLength(JSON.stringify(references));
  if (bytes > mostReferenceBytes) {
    const message = `must take at most ${words(mostReferenceBytes)} bytes as JSON, all together, because the journal keeps them; these take ${words(bytes)}`;
    throw BffError.invalid([{ path: row.references?.join('.') ?? '', message }]);
  }
  const isAll = Object.keys(parameters).length === 0 && request !== undefined;
  const all = isAll ? request : { parameters, request };
  const hash = createHash('sha256');
  for await (const piece of jsonPieces(inOrder(all), nextTurn)) hash.update(piece);
  return { digest: hash.digest(), references };
}

const words = (bytes: number) => bytes.toLocaleString('en');
