import { canonical } from '../canonical.ts';
import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';

/**
 * The idempotency key of a row: the same for the same person in the same import, whatever else the row says and wherever
 * it stands in the file. A document's also follows from its content.
 */
export async function rowKey(row: {
  importId: string;
  environment: string;
  operation: ImportOperation;
  references: readonly ExternalReference[];
  /** Of a document, its {@link requestDigest}. */
  digest?: string | undefined;
}): Promise<string> {
  const { importId, environment, operation, references, digest } = row;
  const people = references.map(({ namespace, externalId }) => [namespace, externalId]).sort(byText);
  return `row-${await sha256(canonical([importId, environment, operation, people, digest ?? null]))}`;
}

/** What a lookup knows a document by: the SHA-256 of its canonical request, in hexadecimal. */
export function requestDigest(request: unknown): Promise<string> {
  return sha256(canonical(request));
}

/** The SHA-256 of a file as it is, in hexadecimal: by it the same file finds its import again. */
export async function fileDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', bytes));
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function byText(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
