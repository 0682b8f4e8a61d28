import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';
import { valueAt } from '../validate.ts';

/** The ids that the people in a request have in other systems. Missing or malformed ids are left out. */
export function referencesOf(operation: ImportOperation, request: unknown): ExternalReference[] {
  const named =
    operation === 'submitDocument'
      ? [valueAt(request, ['externalReference'])]
      : valueAt(request, ['externalReferences']);
  return (Array.isArray(named) ? named : []).filter(isReference);
}

/** References in words, as in `SIS 20261234, LMS 77`. */
export function referenceWords(references: readonly ExternalReference[]): string {
  return references.map(({ namespace, externalId }) => `${namespace} ${externalId}`).join(', ');
}

function isReference(value: unknown): value is ExternalReference {
  return (
    typeof valueAt(value, ['namespace']) === 'string' && typeof valueAt(value, ['externalId']) === 'string'
  );
}
