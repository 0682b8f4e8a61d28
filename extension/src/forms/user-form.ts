import { createUserRequest } from '../../../shared/users.ts';
import { valueAt } from '../../../shared/validate.ts';
import { operationForm } from './operation-form.ts';
import { personSteps } from './person-steps.ts';
import { referenceSteps } from './reference-steps.ts';
import { type Draft, type FieldWords, fieldStep, withValue } from './request-draft.ts';
import type { ManyStep, Step } from './wizard.ts';

const schema = createUserRequest;

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

/** Everything that a profile can hold, by its path. None is required, so one step asks which of them to fill in. */
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

const profilePaths = Object.keys(profileFields);
const profileValue = (draft: Draft, path: string) => valueAt(draft, path.split('.'));

const profileStep: ManyStep<Draft> = {
  kind: 'many',
  id: 'profile',
  ask: 'Profile',
  prompt: 'Choose what else to fill in; you can skip all of it',
  options: (draft) =>
    Object.entries(profileFields).map(([id, { ask }]) => ({
      id,
      label: ask,
      picked: profileValue(draft, id) !== undefined,
    })),
  put: (picked, draft) =>
    profilePaths.reduce((next, path) => {
      // A field that is chosen exists from now on, empty, and so has its step.
      const value = picked.includes(path) ? (profileValue(next, path) ?? '') : undefined;
      return withValue(next, path.split('.'), value);
    }, draft),
};

/** What a new user asks for. */
const steps = (draft: Draft): Step<Draft>[] => [
  ...personSteps(schema, ['identity', 'email'], 'E-mail address of the new user'),
  fieldStep(schema, ['identity', 'roleName'], {
    ask: 'Role',
    prompt: 'Role of the new user, for example student or faculty',
    missing: 'Enter a role, for example student',
    suggestion: 'student',
  }),
  ...referenceSteps(schema, draft),
  profileStep,
  ...Object.entries(profileFields)
    .filter(([path]) => profileValue(draft, path) !== undefined)
    .map(([path, words]) => fieldStep(schema, path.split('.'), { ...words, optional: true })),
];

export const userForm = operationForm('createUser', {
  steps,
  sendLabel: 'Create the user',
  consequence: (_draft, kind) =>
    kind === 'local'
      ? 'Local stand-in only: no user is created at Pearsana.'
      : 'Sending twice may create a duplicate user.',
  deed: (draft) => `create the user ${valueAt(draft, ['identity', 'email'])}`,
  doing: 'Creating a user',
  doneWords: (request, { result }) => {
    const email = valueAt(request, ['identity', 'email']);
    // Pearsana does not document this answer; the id is told where there is one.
    const userId = valueAt(result, ['user', 'userId']);
    return `Created the user ${email}${typeof userId === 'string' ? ` (${userId})` : ''}`;
  },
});
