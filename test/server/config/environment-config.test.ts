import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Variables } from '../../../server/config/settings.ts';
import { configOf, faultsOf } from './config-of.ts';

/** All four values of an environment, or those that a test puts in. */
const environment = (name: string, changed: Variables = {}): Variables => {
  const all: Variables = {
    CLIENT_ID: 'id',
    CLIENT_SECRET: 'secret',
    AUTH_URL: 'https://auth.example.com',
    API_URL: 'https://api.example.com',
    ...changed,
  };
  return Object.fromEntries(Object.entries(all).map(([each, value]) => [`PEARSANA_${name}_${each}`, value]));
};
const named = (name: string, changed?: Variables) => ({
  PEARSANA_ENVIRONMENTS: name.toLowerCase().replaceAll('_', '-'),
  ...environment(name, changed),
});
const own = (changed: Variables) => ({
  PEARSANA_CLIENT_ID: 'id',
  PEARSANA_CLIENT_SECRET: 'secret',
  PEARSANA_AUTH_URL: 'https://auth.example.com',
  ...changed,
});
const partners = { AUTH_URL: undefined, API_URL: undefined };

/** Name, kind and guard of each environment. */
const summary = (variables: Variables) =>
  configOf(variables).environments.map(
    (each) => `${each.id} ${each.kind}${each.protected ? ' protected' : ''}`,
  );

describe('Pearsana’s environments', () => {
  it('have Pearsana’s addresses by default, sandbox before production', () => {
    const variables = { ...environment('PRODUCTION', partners), ...environment('SANDBOX', partners) };
    const found = configOf(variables).environments.map((each) => [
      each.id,
      each.apiUrl,
      each.credentials.authUrl,
    ]);
    assert.deepEqual(found, [
      ['sandbox', 'https://sandbox.api.pearsana.com', 'https://sandbox.auth.pearsana.com'],
      ['production', 'https://api.pearsana.com', 'https://auth.pearsana.com'],
    ]);
    assert.deepEqual(summary(variables), ['sandbox sandbox', 'production production protected']);
  });

  it('stand before further ones, whatever their order', () => {
    const variables = { ...named('ABC'), ...environment('SANDBOX'), ...environment('PRODUCTION') };
    assert.deepEqual(summary(variables), [
      'sandbox sandbox',
      'production production protected',
      'abc other protected',
    ]);
  });

  it('keep a base path, and lose a slash at its end', () => {
    const [found] = configOf(
      environment('SANDBOX', { API_URL: 'https://api.example.com/base/' }),
    ).environments;
    assert.equal(found?.apiUrl, 'https://api.example.com/base');
  });
});

describe('what is protected', () => {
  const production = { API_URL: 'https://api.pearsana.com', AUTH_URL: 'https://auth.pearsana.com' };
  const rows: [what: string, variables: Variables, found: string][] = [
    [
      'production on loopback',
      environment('PRODUCTION', { API_URL: 'http://127.0.0.1:1' }),
      'production production protected',
    ],
    ['the sandbox elsewhere', environment('SANDBOX'), 'sandbox sandbox'],
    ['the production host as sandbox', environment('SANDBOX', production), 'sandbox production protected'],
    ['a further one', named('STAGING'), 'staging other protected'],
    ['a further one, told not to be', named('STAGING', { PROTECTED: 'false' }), 'staging other'],
    [
      'the production host, told not to be',
      named('LIVE', { ...production, PROTECTED: 'false' }),
      'live production protected',
    ],
    [
      'its auth host alone',
      named('LIVE', { AUTH_URL: production.AUTH_URL, PROTECTED: 'no' }),
      'live other protected',
    ],
    [
      'its API host alone',
      named('LIVE', { API_URL: production.API_URL, PROTECTED: 'no' }),
      'live production protected',
    ],
    ['a name with a hyphen', named('MY_TEST', { PROTECTED: '0' }), 'my-test other'],
    [
      'the sandbox host under another name',
      named('PLAY', { API_URL: 'https://sandbox.api.pearsana.com' }),
      'play sandbox protected',
    ],
    ...[
      'https://API.Pearsana.COM',
      'https://api.pearsana.com.',
      'https://api.pearsana.com:8443',
      'https://api.pearsana.com/x',
    ].map((API_URL): [string, Variables, string] => [
      `the production host as ${API_URL}`,
      named('LIVE', { ...production, API_URL, PROTECTED: 'false' }),
      'live production protected',
    ]),
    ...['https://api.pearsana.com.example.com', 'https://xapi.pearsana.com'].map(
      (API_URL): [string, Variables, string] => [
        `a look-alike, ${API_URL}`,
        named('LIVE', { API_URL, PROTECTED: 'false' }),
        'live other',
      ],
    ),
  ];
  for (const [what, variables, found] of rows) {
    it(`${what}: ${found}`, () => assert.deepEqual(summary(variables), [found]));
  }
});

describe('the names of Pearsana’s documentation', () => {
  for (const [apiUrl, authUrl, found] of [
    ['https://sandbox.api.pearsana.com', 'https://sandbox.auth.pearsana.com', 'sandbox sandbox'],
    ['https://api.pearsana.com', 'https://auth.pearsana.com', 'production production protected'],
    ['https://API.PEARSANA.com.', 'https://auth.pearsana.com', 'production production protected'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'sandbox sandbox'],
  ] as const) {
    it(`with ${apiUrl} are ${found}`, () => {
      assert.deepEqual(summary(own({ PEARSANA_API_URL: apiUrl, PEARSANA_AUTH_URL: authUrl })), [found]);
    });
  }

  it('may stand beside the other environment', () => {
    const variables = { ...own({ PEARSANA_API_URL: 'https://api.pearsana.com' }), ...environment('SANDBOX') };
    assert.deepEqual(summary(variables), ['sandbox sandbox', 'production production protected']);
  });

  const faulty: [what: string, variables: Variables, ...faults: RegExp[]][] = [
    [
      'both sets name one',
      { ...own({ PEARSANA_API_URL: 'http://127.0.0.1:1' }), ...environment('SANDBOX') },
      /^PEARSANA_CLIENT_ID and PEARSANA_SANDBOX_CLIENT_ID both describe sandbox/,
    ],
    [
      'the host is nobody’s',
      own({ PEARSANA_API_URL: 'https://api.example.com' }),
      /^PEARSANA_API_URL is not one of Pearsana’s hosts/,
    ],
    ['the address is none', own({ PEARSANA_API_URL: 'api.pearsana.com' }), /^PEARSANA_API_URL is not a URL/],
    ['the address is missing', own({}), /^PEARSANA_API_URL is missing/],
  ];
  for (const [what, variables, ...faults] of faulty)
    it(`are refused when ${what}`, () => expectFaults(variables, faults));
});

describe('an environment is refused', () => {
  const faulty: [what: string, variables: Variables, ...faults: RegExp[]][] = [
    [
      'with an id alone',
      { PEARSANA_SANDBOX_CLIENT_ID: 'id' },
      /^PEARSANA_SANDBOX_CLIENT_SECRET is missing: .*partly configured/,
    ],
    [
      'with a secret alone',
      { PEARSANA_PRODUCTION_CLIENT_SECRET: 's' },
      /^PEARSANA_PRODUCTION_CLIENT_ID is missing/,
    ],
    [
      'with an address alone',
      { PEARSANA_SANDBOX_AUTH_URL: 'https://a.example.com' },
      /CLIENT_ID is missing/,
      /CLIENT_SECRET is missing/,
    ],
    [
      'by http off loopback',
      environment('SANDBOX', { API_URL: 'http://api.example.com' }),
      /^PEARSANA_SANDBOX_API_URL must be https/,
    ],
    [
      'by a loopback look-alike',
      environment('SANDBOX', { API_URL: 'http://localhost.example.com' }),
      /^PEARSANA_SANDBOX_API_URL must be https/,
    ],
    [
      'with a password in its address',
      environment('SANDBOX', { AUTH_URL: 'https://u:p@a.example.com' }),
      /^PEARSANA_SANDBOX_AUTH_URL must not contain a user name or a password/,
    ],
    [
      'with a query in its address',
      environment('SANDBOX', { AUTH_URL: 'https://a.example.com?b' }),
      /^PEARSANA_SANDBOX_AUTH_URL must not contain a query/,
    ],
    [
      'with an address that is none',
      environment('SANDBOX', { API_URL: 'api' }),
      /^PEARSANA_SANDBOX_API_URL is not a URL/,
    ],
    [
      'with each of its faults',
      {
        PEARSANA_SANDBOX_API_URL: 'http://api.example.com',
        PEARSANA_SANDBOX_CLIENT_SECRET_FILE: '/does/not/exist',
      },
      /^PEARSANA_SANDBOX_CLIENT_SECRET_FILE names a file that cannot be read \(ENOENT\)/,
      /^PEARSANA_SANDBOX_API_URL must be https/,
      /^PEARSANA_SANDBOX_CLIENT_ID is missing/,
    ],
    [
      'by API and auth of different sides',
      environment('SANDBOX', { ...partners, API_URL: 'https://api.pearsana.com' }),
      /^PEARSANA_SANDBOX_AUTH_URL is Pearsana’s sandbox, but PEARSANA_SANDBOX_API_URL is Pearsana’s production/,
    ],
    [
      'by the same, the other way',
      environment('PRODUCTION', { ...partners, API_URL: 'https://SANDBOX.api.pearsana.com.' }),
      /both must belong to the same environment/,
    ],
    [
      'by its guard',
      named('STAGING', { PROTECTED: 'maybe' }),
      /^PEARSANA_STAGING_PROTECTED must be true or false/,
    ],
    [
      'by name alone',
      { PEARSANA_ENVIRONMENTS: 'staging' },
      /^PEARSANA_ENVIRONMENTS names staging, but PEARSANA_STAGING_CLIENT_ID, \S+_SECRET, \S+_AUTH_URL and \S+_API_URL are missing/,
    ],
    [
      'partly configured, by name',
      named('STAGING', { CLIENT_ID: undefined }),
      /^PEARSANA_STAGING_CLIENT_ID is missing/,
    ],
    [
      'without addresses, by name',
      named('STAGING', partners),
      /^PEARSANA_STAGING_AUTH_URL is missing/,
      /^PEARSANA_STAGING_API_URL is missing/,
    ],
    [
      'when named twice',
      { ...named('STAGING'), PEARSANA_ENVIRONMENTS: 'staging, staging' },
      /must not list staging: that name is already in use/,
    ],
    [
      'when its name is taken',
      { PEARSANA_ENVIRONMENTS: 'local,sandbox,production' },
      /local/,
      /sandbox/,
      /production/,
    ],
    ...['Staging', '__proto__', '9', 'a b', 'a/b', '*', `a${'b'.repeat(31)}`].map(
      (name): [string, Variables, RegExp] => [
        `with the name ${name}`,
        { PEARSANA_ENVIRONMENTS: name },
        /^PEARSANA_ENVIRONMENTS must list names, separated by commas/,
      ],
    ),
  ];
  for (const [what, variables, ...faults] of faulty) it(what, () => expectFaults(variables, faults));
});

function expectFaults(variables: Variables, faults: RegExp[]): void {
  const found = faultsOf(variables);
  assert.equal(found.length, faults.length, found.join('\n'));
  for (const [index, pattern] of faults.entries()) assert.match(found[index] ?? '', pattern);
}
