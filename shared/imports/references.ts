import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';
import { valueAt } from '../validate.ts';

/** Whom a request is about, by the names that they have in other systems; as far as they are there. */
export function referencesOf(operation: ImportOperation, request: unknown): ExternalReference[] {
  const named =
    operation === 'submitDocument'
      ? [valueAt(request, ['externalReference'])]
      : valueAt(request, ['externalReferences']);
  return (Array.isArray(named) ? named : []).filter(isReference);
}

/** `SIS 20261234, LMS 77`. */
export function referenceWords(references: readonly ExternalReference[]): string {
  return references.map(({ namespace, externalId }) => `${namespace} ${externalId}`).join(', ');
}

function isReference(value: unknown): value is ExternalReference {
  return (
    typeof valueAt(value, ['namespace']) === 'string' && typeof valueAt(value, ['externalId']) === 'string'
  );
}
