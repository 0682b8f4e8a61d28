import { createInvitationRequest } from '../../../shared/invitations.ts';
import { valueAt } from '../../../shared/validate.ts';
import { faultWords } from './fault-words.ts';
import { operationForm } from './operation-form.ts';
import { personSteps } from './person-steps.ts';
import { referenceSteps } from './reference-steps.ts';
import { type Draft, faultAt, fieldStep, withValue } from './request-draft.ts';
import type { Step, TextStep } from './wizard.ts';

const schema = createInvitationRequest;

const rolesStep: TextStep<Draft> = {
  kind: 'text',
  id: 'roles',
  ask: 'Roles',
  prompt: 'Roles, separated by commas; leave it empty for student, Pearsana’s default',
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
    const fault = paths.map((path) => faultAt(schema, next, path)).find((each) => each !== undefined);
    return fault && faultWords(fault);
  },
};

function putRoles(text: string, draft: Draft): Draft {
  const roles = text.split(',').map((role) => role.trim());
  return withValue(draft, ['roles'], text.trim() === '' ? undefined : roles);
}

/** What an invitation asks for, in the order in which a person knows it. */
const steps = (draft: Draft): Step<Draft>[] => [
  ...personSteps(schema, ['email'], 'E-mail address of the person to invite'),
  ...referenceSteps(schema, draft),
  fieldStep(schema, ['message'], {
    ask: 'Message',
    prompt: 'Message in the e-mail; leave it empty for none',
    placeholder: 'No message',
    optional: true,
  }),
  rolesStep,
];

export const invitationForm = operationForm('createInvitation', {
  steps,
  sendLabel: 'Send the invitation',
  consequence: (_draft, kind) =>
    kind === 'local' ? 'Local stand-in only: no e-mail is sent.' : 'Pearsana sends an e-mail to this person.',
  deed: ({ email }) => `invite ${email}`,
  doing: 'Inviting',
  doneWords: ({ email }, { result: { invitation } }) =>
    `Invited ${email} (${invitation.invitationId}, ${invitation.status})`,
});
