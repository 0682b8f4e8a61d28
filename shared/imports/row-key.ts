import { valueDigest } from '../digest.ts';
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
  /** For a document: the {@link valueDigest} of its request. */
  digest?: string | undefined;
}): Promise<string> {
  const { importId, environment, operation, references, digest } = row;
  const people = references.map(({ namespace, externalId }) => [namespace, externalId]).sort(byText);
  return `row-${await valueDigest([importId, environment, operation, people, digest ?? null])}`;
}

function byText(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}
