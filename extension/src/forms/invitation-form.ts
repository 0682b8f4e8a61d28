import { createInvitationRequest } from '../../../shared/invitations.ts';
import { operations } from '../../../shared/operations.ts';
import { valueAt } from '../../../shared/validate.ts';
import type { OperationForm } from './form.ts';
import { referenceSteps } from './reference-steps.ts';
import { type Draft, faultAt, fieldStep, issuesIn, nameSteps, withValue } from './request-draft.ts';
import { reviewLines } from './review-lines.ts';
import type { Step, TextStep } from './wizard.ts';

const schema = createInvitationRequest;

const rolesStep: TextStep<Draft> = {
  kind: 'text',
  id: 'roles',
  ask: 'Roles',
  prompt: 'separated by commas; empty means student, the partner’s default',
  placeholder: 'student',
  value: (draft) => {
    const roles = valueAt(draft, ['roles']);
    return Array.isArray(roles) ? roles.join(', ') : 'student';
  },
  put: putRoles,
  check: (text, draft) => {
    const next = putRoles(text, draft);
    const roles = valueAt(next, ['roles']);
    const paths = [['roles'], ...(Array.isArray(roles) ? roles.map((_, index) => ['roles', index]) : [])];
    return paths.map((path) => faultAt(schema, next, path)).find((fault) => fault !== undefined);
  },
};

function putRoles(text: string, draft: Draft): Draft {
  const roles = text.split(',').map((role) => role.trim());
  return withValue(draft, ['roles'], text.trim() === '' ? undefined : roles);
}

/** What an invitation asks for, in the order in which a person knows it. */
const steps = (draft: Draft): Step<Draft>[] => [
  fieldStep(schema, ['email'], {
    ask: 'E-mail',
    prompt: 'where the invitation goes',
    placeholder: 'name@example.edu',
  }),
  ...nameSteps(schema),
  ...referenceSteps(schema, draft),
  fieldStep(schema, ['message'], {
    ask: 'Message',
    prompt: 'a few words of your own in the e-mail; leave it empty for none',
    placeholder: 'no message',
    optional: true,
  }),
  rolesStep,
];

export const invitationForm: OperationForm<'createInvitation'> = {
  operation: 'createInvitation',
  title: operations.createInvitation.title,
  steps,
  issues: (draft) => issuesIn(schema, draft),
  sendLabel: 'Send the invitation',
  consequence: (_draft, kind) =>
    kind === 'local' ? 'Only to the stand-in: nobody is told.' : 'Pearsana sends an e-mail to this person.',
  lines: (draft) => reviewLines(draft, steps(draft)),
  doing: 'Inviting',
  doneWords: ({ email }, { result: { invitation } }) =>
    `Invited ${email} (${invitation.invitationId}, ${invitation.status})`,
};
