import { type OperationName, operations, type Success } from '../../../shared/operations.ts';
import type { Form } from './form.ts';
import { type Draft, issuesIn } from './request-draft.ts';
import { reviewLines } from './review-lines.ts';

/** The operations whose one request a person fills in. */
export type FormOperation = Extract<OperationName, 'createUser' | 'createInvitation'>;

/** The form of such an operation. */
export type OperationForm<Name extends FormOperation> = Form & {
  operation: Name;
  /** While it is sent, as in “Inviting”. */
  doing: string;
  /** As in “Invited ada@example.edu (inv_…)”. */
  doneWords(request: Draft, answer: Success<Name>): string;
};

/** A form whose draft is the request itself. */
export function operationForm<Name extends FormOperation>(
  operation: Name,
  form: Omit<OperationForm<Name>, 'operation' | 'title' | 'issues' | 'lines'>,
): OperationForm<Name> {
  const { title, request } = operations[operation];
  return {
    operation,
    title,
    issues: (draft) => issuesIn(request, draft),
    lines: (draft) => reviewLines(draft, form.steps(draft)),
    ...form,
  };
}
