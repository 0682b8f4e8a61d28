import { referencesOf } from '../../../shared/external-references.ts';
import { operations, type Success } from '../../../shared/operations.ts';
import { valueAt } from '../../../shared/validate.ts';
import { allSteps, type Form, type PersonOperation } from './form.ts';
import type { LastEntries } from './last-entries.ts';
import { type Draft, issuesIn } from './request-draft.ts';
import { reviewLines } from './review-lines.ts';

/** The form of such an operation. */
export type OperationForm<Name extends PersonOperation> = Form & {
  operation: Name;
  /** While it is sent, as in “Inviting”. */
  doing: string;
  /** As in “Invited ada@example.edu (inv_…)”. */
  doneWords(request: Draft, answer: Success<Name>): string;
  /** What of a request is offered the next time. */
  entriesOf(request: Draft): LastEntries;
};

/** A form whose draft is the request itself. */
export function operationForm<Name extends PersonOperation>(
  operation: Name,
  given: Omit<OperationForm<Name>, 'operation' | 'title' | 'issues' | 'lines' | 'personOf' | 'callOf'>,
): OperationForm<Name> {
  const { title, request } = operations[operation];
  const form: OperationForm<Name> = {
    ...given,
    operation,
    title,
    issues: (draft) => issuesIn(request, draft),
    personOf: (draft) => ({ operation, references: referencesOf(operation, draft) }),
    callOf: (draft) => ({ operation, request: draft }),
    lines: (draft) => reviewLines(draft, allSteps(form, draft)),
    entriesOf(sent) {
      const namespace = valueAt(sent, ['externalReferences', 0, 'namespace']);
      return { ...(typeof namespace === 'string' && { namespace }), ...given.entriesOf(sent) };
    },
  };
  return form;
}
