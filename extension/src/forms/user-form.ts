import { operations } from '../../../shared/operations.ts';
import { createUserRequest } from '../../../shared/users.ts';
import { valueAt } from '../../../shared/validate.ts';
import type { OperationForm } from './form.ts';
import { referenceSteps } from './reference-steps.ts';
import { type Draft, fieldStep, issuesIn, nameSteps, type Path, withValue } from './request-draft.ts';
import { reviewLines } from './review-lines.ts';
import type { ManyStep, Step } from './wizard.ts';

const schema = createUserRequest;

const address = (name: string): Path => ['profile', 'address', name];

const envelope = 'as on an envelope';

/** Everything that a profile can hold. None is required, so one step asks which of them to fill in. */
const profileFields: Record<string, { path: Path; ask: string; prompt: string; placeholder?: string }> = {
  preferredName: {
    path: ['profile', 'preferredName'],
    ask: 'Preferred name',
    prompt: 'how the person likes to be called',
  },
  phone: {
    path: ['profile', 'phone'],
    ask: 'Phone',
    prompt: 'with the country’s code',
    placeholder: '+1 555 0100',
  },
  currency: {
    path: ['profile', 'currency'],
    ask: 'Currency',
    prompt: 'three capital letters',
    placeholder: 'USD',
  },
  dateOfBirth: {
    path: address('dateOfBirth'),
    ask: 'Date of birth',
    prompt: 'year, month, day',
    placeholder: '2000-05-15',
  },
  citizenship: { path: address('citizenship'), ask: 'Citizenship', prompt: 'the country' },
  line1: { path: address('line1'), ask: 'Address, line 1', prompt: 'street and number' },
  line2: { path: address('line2'), ask: 'Address, line 2', prompt: envelope },
  line3: { path: address('line3'), ask: 'Address, line 3', prompt: envelope },
  city: { path: address('city'), ask: 'City', prompt: envelope },
  state: { path: address('state'), ask: 'State', prompt: 'or province' },
  zip: { path: address('zip'), ask: 'ZIP', prompt: 'or postcode' },
  country: { path: address('country'), ask: 'Country', prompt: envelope },
};

const profileStep: ManyStep<Draft> = {
  kind: 'many',
  id: 'profile',
  ask: 'Profile',
  prompt: 'tick what you want to fill in; none is needed',
  options: (draft) =>
    Object.entries(profileFields).map(([id, { ask, path, prompt }]) => ({
      id,
      label: ask,
      description: prompt,
      picked: valueAt(draft, path) !== undefined,
    })),
  put: (picked, draft) =>
    Object.entries(profileFields).reduce((next, [id, { path }]) => {
      // A field that is ticked exists from now on, empty, and so has its step.
      const value = picked.includes(id) ? (valueAt(next, path) ?? '') : undefined;
      return withValue(next, path, value);
    }, draft),
};

/** What a new user asks for. */
const steps = (draft: Draft): Step<Draft>[] => [
  fieldStep(schema, ['identity', 'email'], {
    ask: 'E-mail',
    prompt: 'of the new user',
    placeholder: 'name@example.edu',
  }),
  ...nameSteps(schema),
  fieldStep(schema, ['identity', 'roleName'], {
    ask: 'Role',
    prompt: 'for example student or faculty',
    suggestion: 'student',
  }),
  ...referenceSteps(schema, draft),
  profileStep,
  ...Object.values(profileFields)
    .filter(({ path }) => valueAt(draft, path) !== undefined)
    .map(({ path, ...words }) => fieldStep(schema, path, { ...words, optional: true })),
];

export const userForm: OperationForm<'createUser'> = {
  operation: 'createUser',
  title: operations.createUser.title,
  steps,
  issues: (draft) => issuesIn(schema, draft),
  sendLabel: 'Create the user',
  consequence: (_draft, kind) =>
    kind === 'local' ? 'Only to the stand-in: nobody is told.' : 'A second send may make a second user.',
  lines: (draft) => reviewLines(draft, steps(draft)),
  doing: 'Creating a user',
  doneWords: (request, { result }) => {
    const email = valueAt(request, ['identity', 'email']);
    // The partner does not document this answer; the id is told where there is one.
    const userId = valueAt(result, ['user', 'userId']);
    return `Created the user ${email}${typeof userId === 'string' ? ` (${userId})` : ''}`;
  },
};
