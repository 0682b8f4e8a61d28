import { hash } from 'node:crypto';
import { canonical } from '../../shared/canonical.ts';
import { type ExternalReference, externalReference } from '../../shared/fields.ts';
import type { OperationRow } from '../../shared/operations.ts';
import { valueAt } from '../../shared/validate.ts';

/** What the journal remembers of a request, taken from it while it is whole: a document is not kept for that. */
export type Remembered = {
  /** SHA-256 of the request, whatever the order of its fields. */
  digest: Buffer;
  /** The names of people in other systems, by which the partner can be searched. */
  references: readonly ExternalReference[];
};

export function rememberedOf({ references }: OperationRow, request: unknown): Remembered {
  return {
    digest: hash('sha256', canonical(request), 'buffer'),
    references: references === undefined ? [] : eachOnce(referencesAt(request, references)),
  };
}

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
