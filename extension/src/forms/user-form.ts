import { createUserRequest } from '../../../shared/users.ts';
import { valueAt } from '../../../shared/validate.ts';
import { operationForm } from './operation-form.ts';
import { emailIn, personIn, personSteps } from './person-steps.ts';
import { firstReference, otherReferences } from './reference-steps.ts';
import { type Draft, type FieldWords, fieldStep } from './request-draft.ts';
import { localWords } from './review.ts';

const schema = createUserRequest;
const emailPath = ['identity', 'email'];
const rolePath = ['identity', 'roleName'];
const roleIn = (draft: Draft) => String(valueAt(draft, rolePath) ?? '');

const addressFields: Readonly<Record<string, FieldWords>> = {
  dateOfBirth: { ask: 'Date of birth', placeholder: '2000-05-15' },
  citizenship: { ask: 'Citizenship', prompt: 'Country of citizenship' },
  line1: { ask: 'Address, line 1', prompt: 'Address, line 1: street and number' },
  line2: { ask: 'Address, line 2' },
  line3: { ask: 'Address, line 3' },
  city: { ask: 'City' },
  state: { ask: 'State or province' },
  zip: { ask: 'ZIP or postal code' },
  country: { ask: 'Country' },
};

/** Everything that a profile can hold, by its path. */
const profileFields: Readonly<Record<string, FieldWords>> = {
  'profile.preferredName': { ask: 'Preferred name' },
  'profile.phone': {
    ask: 'Phone',
    prompt: 'Phone number, with its country code',
    placeholder: '+1 555 0100',
  },
  'profile.currency': { ask: 'Currency', prompt: 'Currency: three capital letters', placeholder: 'USD' },
  ...Object.fromEntries(
    Object.entries(addressFields).map(([name, words]) => [`profile.address.${name}`, words]),
  ),
};

export const userForm = operationForm('createUser', {
  begin: ({ namespace, roleName }) => ({
    ...(roleName !== undefined && { identity: { roleName } }),
    ...(namespace !== undefined && { externalReferences: [{ namespace, externalId: '' }] }),
  }),
  entriesOf: (request) => ({ roleName: roleIn(request) }),
  steps: () => [
    ...personSteps(schema, emailPath, 'the new user'),
    fieldStep(schema, rolePath, {
      ask: 'Role',
      prompt: 'Role of the new user, for example student or faculty',
      missing: 'Enter a role, for example student',
      suggestion: 'student',
    }),
    firstReference(schema),
  ],
  optionalSteps: (draft) => [
    ...Object.entries(profileFields).map(([path, words]) =>
      fieldStep(schema, path.split('.'), { ...words, optional: true }),
    ),
    ...otherReferences(schema, draft),
  ],
  consequence: (_draft, kind) =>
    kind === 'local' ? localWords.createUser : 'Sending twice may create a duplicate user.',
  deed: (draft) => `create the user ${emailIn(draft, emailPath) ?? ''} as ${roleIn(draft)}`,
  subject: (draft) => `the user ${personIn(draft, emailPath)}`,
  doing: 'Creating a user',
  doneWords: (request, { result }) => {
    const email = emailIn(request, emailPath);
    // Pearsana does not document this answer; the id is told where there is one.
    const userId = valueAt(result, ['user', 'userId']);
    return `Created the user ${email}${typeof userId === 'string' ? ` (${userId})` : ''}`;
  },
});
