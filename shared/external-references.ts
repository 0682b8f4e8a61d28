import type { OperationRow } from './endpoint-row.ts';
import { type ExternalReference, externalReference } from './fields.ts';
import { type OperationName, operations } from './operations.ts';
import { valueAt } from './validate.ts';

/**
 * The ids that the people in a request have in other systems, each once. The row of the table says where they are. An entry
 * that is not a valid reference is left out, so the request may be an unfinished draft.
 */
export function referencesIn({ references: path }: OperationRow, request: unknown): ExternalReference[] {
  const found = path === undefined ? [] : referencesAt(request, path);
  const nameOf = ({ namespace, externalId }: ExternalReference) => JSON.stringify([namespace, externalId]);
  return [...new Map(found.map((each) => [nameOf(each), each])).values()];
}

/** The same for an operation of ours. */
export function referencesOf(operation: OperationName, request: unknown): ExternalReference[] {
  return referencesIn(operations[operation], request);
}

/** The path ends at one reference or a list, and may lead through lists, such as the items of a batch. */
function referencesAt(value: unknown, path: readonly string[]): ExternalReference[] {
  if (Array.isArray(value)) return value.flatMap((each) => referencesAt(each, path));
  const [name, ...rest] = path;
  if (name !== undefined) return referencesAt(valueAt(value, [name]), rest);
  const reference = externalReference.safeParse(value).data;
  return reference ? [reference] : [];
}

/** References in words, as in `SIS 20261234, LMS 77`. */
export function referenceWords(references: readonly ExternalReference[]): string {
  return references.map(({ namespace, externalId }) => `${namespace} ${externalId}`).join(', ');
}
