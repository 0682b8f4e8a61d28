import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { postJson, tokenFor } from './call-local-pearsana.ts';

const reference = { namespace: 'SIS', externalId: 'S-1' };
const person = { firstName: 'Ada', lastName: 'Lovelace' };
const emailFault = 'must be a valid e-mail address.';
const dateFault = 'must be a date that exists, such as 2000-05-15.';
const currencyFault = 'must be three capital letters, such as USD.';
const x = (length: number) => 'x'.repeat(length);
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ namespace: `N${index}`, externalId: 'S-1' }));

/** A whole request with the value at `path` replaced, or removed if it is `undefined`. */
function changed(request: object, path: string, value: unknown): unknown {
  if (path === '') return value;
  const copy = structuredClone(request);
  const names = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const last = names.pop() ?? '';
  let target = copy as Record<string, unknown>;
  for (const name of names) target = target[name] as Record<string, unknown>;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

type Case = [path: string, value: unknown, fault?: string];

/** Each row changes one value of a request that is accepted; without a fault it still is. */
const kinds: { path: string; request: object; cases: Case[] }[] = [
  {
    path: '/v1/users',
    request: {
      identity: { email: 'ada@example.com', ...person, roleName: 'student' },
      externalReferences: [reference],
      profile: { preferredName: 'Ada', phone: '1', currency: 'GBP', address: { city: 'London' } },
    },
    cases: [
      ['', 5, 'The request body must be an object.'],
      ['identity', undefined, 'identity is required and must be an object.'],
      ['identity', 'Ada', 'identity must be an object.'],
      ['identity', null, 'identity must be an object.'],
      ['identity.email', undefined, `identity.email is required and ${emailFault}`],
      ['identity.roleName', undefined, 'identity.roleName is required and must be a string.'],
      ['identity.roleName', ' ', 'identity.roleName must not be blank.'],
      ['identity.roleName', x(200)],
      ['identity.roleName', x(201), 'identity.roleName must have at most 200 characters.'],
      ['identity.firstName', 5, 'identity.firstName must be a string.'],
      ['identity.lastName', '', 'identity.lastName must not be blank.'],
      ['externalReferences', [reference, reference]],
      ['profile', undefined],
      ['profile', {}],
      ['profile', [], 'profile must be an object.'],
      ['profile.nickname', 'A', 'profile.nickname is not a known field.'],
      ['profile.preferredName', ''],
      ['profile.preferredName', x(201), 'profile.preferredName must have at most 200 characters.'],
      ['profile.phone', 1, 'profile.phone must be a string.'],
      ['profile.currency', 'usd', `profile.currency ${currencyFault}`],
      ['profile.currency', 'EURO', `profile.currency ${currencyFault}`],
      ['profile.address.dateOfBirth', '2000-05-15'],
      ['profile.address.dateOfBirth', '2000-02-29'],
      ['profile.address.dateOfBirth', '2001-02-29', `profile.address.dateOfBirth ${dateFault}`],
      ['profile.address.dateOfBirth', '2000-02-30', `profile.address.dateOfBirth ${dateFault}`],
      ['profile.address.dateOfBirth', '2000-13-01', `profile.address.dateOfBirth ${dateFault}`],
      ['profile.address.dateOfBirth', '2000-5-15', `profile.address.dateOfBirth ${dateFault}`],
      ['profile.address.dateOfBirth', '15.05.2000', `profile.address.dateOfBirth ${dateFault}`],
      ['profile.address.citizenship', 'GB'],
      ['profile.dateOfBirth', '2000-05-15', 'profile.dateOfBirth is not a known field.'],
      ['profile.citizenship', 'GB', 'profile.citizenship is not a known field.'],
      ...['line1', 'line2', 'line3', 'city', 'state', 'zip', 'country', 'citizenship'].flatMap(
        (name): Case[] => [
          [`profile.address.${name}`, x(200)],
          [`profile.address.${name}`, x(201), `profile.address.${name} must have at most 200 characters.`],
        ],
      ),
    ],
  },
  {
    path: '/v1/invitations',
    request: {
      externalReferences: [reference],
      email: 'ada@example.com',
      identity: person,
      message: 'Welcome.',
      roles: ['student'],
    },
    cases: [
      ['identity', undefined, 'identity is required and must be an object.'],
      ['identity.email', 'ada@example.com', 'identity.email is not a known field.'],
      ['email', undefined, `email is required and ${emailFault}`],
      [
        'externalReferences',
        [reference, { ...reference, externalId: 'S-2' }],
        'externalReferences must not have the namespace "SIS" more than once.',
      ],
      ['externalReferences', [reference, { ...reference, namespace: 'LMS' }]],
      ['message', undefined],
      ['message', x(2_000)],
      ['message', x(2_001), 'message must have at most 2000 characters.'],
      ['roles', undefined],
      ['roles', []],
      ['roles', 'student', 'roles must be an array.'],
      ['roles', ['student', ''], 'roles[1] must not be blank.'],
      ['roles', [null], 'roles[0] must be a string.'],
      ['roles', [x(201)], 'roles[0] must have at most 200 characters.'],
      ['roles', Array(20).fill('student')],
      ['roles', Array(21).fill('student'), 'roles must have at most 20 entries.'],
    ],
  },
];

/** The rules for both bodies. */
const shared: Case[] = [
  ['surprise', 1, 'surprise is not a known field.'],
  ['constructor', 1, 'constructor is not a known field.'],
  ['externalReferences', undefined, 'externalReferences is required and must be a non-empty array.'],
  ['externalReferences', [], 'externalReferences must be a non-empty array.'],
  ['externalReferences', reference, 'externalReferences must be a non-empty array.'],
  ['externalReferences', references(50)],
  ['externalReferences', references(51), 'externalReferences must have at most 50 entries.'],
  ['externalReferences[0]', 'S-1', 'externalReferences[0] must be an object.'],
  ['externalReferences[0].namespace', ' ', 'externalReferences[0].namespace must not be blank.'],
  [
    'externalReferences[0].namespace',
    x(201),
    'externalReferences[0].namespace must have at most 200 characters.',
  ],
  [
    'externalReferences[0].externalId',
    undefined,
    'externalReferences[0].externalId is required and must be a string.',
  ],
  ['externalReferences[0].externalId', 7, 'externalReferences[0].externalId must be a string.'],
  [
    'externalReferences[0].externalId',
    x(201),
    'externalReferences[0].externalId must have at most 200 characters.',
  ],
  ['externalReferences[0].status', 'new', 'externalReferences[0].status is not a known field.'],
  ['identity.firstName', undefined, 'identity.firstName is required and must be a string.'],
  ['identity.lastName', x(201), 'identity.lastName must have at most 200 characters.'],
];

const goodEmails = [
  "o'hara+x@sub.example.co.uk",
  `${x(64)}@a.de`,
  `a@${x(63)}.${x(184)}.com`,
  'ä@example.com',
];
const badEmails = [
  ...[
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'a b@example.com',
    'ada@example.com ',
  ],
  ...['ada@-example.com', 'ada@example-.com', 'ada@exa_mple.com', 'ada@example..com', 'ada@.example.com'],
  ...[
    'a..b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    '"ada"@example.com',
    'Ada <ada@example.com>',
  ],
  ...['a,b@example.com', 'a;b@example.com', 'a:b@example.com', 'a\\b@example.com', 'a[b]@example.com'],
  ...['a(b)@example.com', `${x(65)}@a.de`],
];

test('the bodies that the local Pearsana accepts', async (t) => {
  await using pearsana = await startLocalPearsana();
  const token = await tokenFor(pearsana);

  for (const { path, request, cases } of kinds) {
    const emailPath = path === '/v1/users' ? 'identity.email' : 'email';
    const emails: Case[] = [
      ...goodEmails.map((email): Case => [emailPath, email]),
      ...badEmails.map((email): Case => [emailPath, email, `${emailPath} ${emailFault}`]),
      [emailPath, `a@${x(249)}.com`, `${emailPath} must have at most 254 characters.`],
      [emailPath, 5, `${emailPath} ${emailFault}`],
    ];
    for (const [at, value, fault] of [...shared, ...cases, ...emails]) {
      const shown = JSON.stringify(value)?.slice(0, 40);
      await t.test(`${path} ${fault ? 'refuses' : 'accepts'} ${shown} as ${at || 'the body'}`, async () => {
        const { status, body } = await postJson(pearsana, token, path, changed(request, at, value));
        assert.equal(status, fault ? 400 : 201, JSON.stringify(body));
        if (!fault) return;
        const { code, details } = body.error as Record<string, unknown>;
        assert.equal(code, 'VALIDATION_ERROR');
        assert.deepEqual(details, { errors: [fault] });
      });
    }
  }

  await t.test('tells all faults at once', async () => {
    const { body } = await postJson(pearsana, token, '/v1/users', { identity: person, extra: 1 });
    assert.deepEqual((body.error as Record<string, unknown>).details, {
      errors: [
        `identity.email is required and ${emailFault}`,
        'identity.roleName is required and must be a string.',
        'externalReferences is required and must be a non-empty array.',
        'extra is not a known field.',
      ],
    });
  });
});
