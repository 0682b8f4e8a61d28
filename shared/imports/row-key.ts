import { canonical } from '../canonical.ts';
import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';

/**
 * The idempotency key of a row. The same person in the same import always gets the same key, whatever the row's other
 * cells contain and whatever line it is on. A document's key also depends on its content.
 */
export async function rowKey(row: {
  importId: string;
  environment: string;
  operation: ImportOperation;
  references: readonly ExternalReference[];
  /** For a document: its {@link requestDigest}. */
  digest?: string | undefined;
}): Promise<string> {
  const { importId, environment, operation, references, digest } = row;
  const people = references.map(({ namespace, externalId }) => [namespace, externalId]).sort(byText);
  return `row-${await sha256(canonical([importId, environment, operation, people, digest ?? null]))}`;
}

/** The digest by which a lookup finds a document: the SHA-256 of its canonical request, in hexadecimal. */
export function requestDigest(request: unknown): Promise<string> {
  return sha256(canonical(request));
}

/** The SHA-256 of a file's bytes, in hexadecimal. It links the same file to its import again. */
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
