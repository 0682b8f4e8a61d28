import { createInvitationRequest } from '../../../shared/invitations.ts';
import { valueAt } from '../../../shared/validate.ts';
import { faultWords } from './fault-words.ts';
import { operationForm } from './operation-form.ts';
import { emailIn, personIn, personSteps } from './person-steps.ts';
import { firstReference, otherReferences } from './reference-steps.ts';
import { type Draft, faultAt, fieldStep, withValue } from './request-draft.ts';
import { localWords } from './review.ts';
import type { TextStep } from './step.ts';

const schema = createInvitationRequest;
const emailPath = ['email'];

const rolesStep: TextStep<Draft> = {
  kind: 'text',
  id: 'roles',
  ask: 'Roles',
  prompt: 'Roles, separated by commas; leave it empty for student, Pearsana’s default',
  placeholder: 'student',
  value: (draft) => rolesIn(draft).join(', '),
  put: putRoles,
  check: (text, draft) => {
    const next = putRoles(text, draft);
    const roles = rolesIn(next);
    if (roles.includes('')) return 'Enter a role between the commas, for example student, faculty';
    const paths = [['roles'], ...roles.map((_, index) => ['roles', index])];
    const fault = paths.map((path) => faultAt(schema, next, path)).find((each) => each !== undefined);
    return fault && faultWords(fault);
  },
};

function rolesIn(draft: Draft): unknown[] {
  const roles = valueAt(draft, ['roles']);
  return Array.isArray(roles) ? roles : [];
}

function putRoles(text: string, draft: Draft): Draft {
  const roles = text.split(',').map((role) => role.trim());
  return withValue(draft, ['roles'], text.trim() === '' ? undefined : roles);
}

/** Pearsana's default; whatever else somebody is invited as is said wherever it is confirmed. */
const isUsual = (roles: readonly unknown[]) => roles.join() === '' || roles.join() === 'student';

export const invitationForm = operationForm('createInvitation', {
  begin: ({ namespace, roles }) => ({
    ...(namespace !== undefined && { externalReferences: [{ namespace, externalId: '' }] }),
    ...(roles && roles.length > 0 && { roles }),
  }),
  entriesOf: (request) => ({ roles: isUsual(rolesIn(request)) ? [] : rolesIn(request).map(String) }),
  steps: () => [...personSteps(schema, emailPath, 'the person to invite'), firstReference(schema)],
  optionalSteps: (draft) => [
    fieldStep(schema, ['message'], {
      ask: 'Message',
      prompt: 'Message in the e-mail; leave it empty for none',
      placeholder: 'No message',
      optional: true,
    }),
    rolesStep,
    ...otherReferences(schema, draft),
  ],
  consequence: (_draft, kind) =>
    kind === 'local' ? localWords.createInvitation : 'Pearsana e-mails this person.',
  deed(draft) {
    const roles = rolesIn(draft);
    return `invite ${emailIn(draft, emailPath) ?? ''}${isUsual(roles) ? '' : ` as ${roles.join(', ')}`}`;
  },
  subject: (draft) => `the invitation for ${personIn(draft, emailPath)}`,
  doing: 'Inviting',
  doneWords: ({ email }, { result: { invitation } }) =>
    `Invited ${email} (${invitation.invitationId}, ${invitation.status})`,
});
