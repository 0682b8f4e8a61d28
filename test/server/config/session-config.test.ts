import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Variables } from '../../../server/config/settings.ts';
import { configOf, faultsOf } from './config-of.ts';

const good = {
  PEARSANA_SANDBOX_CLIENT_ID: 'id',
  PEARSANA_SANDBOX_CLIENT_SECRET: 'secret',
  BFF_PUBLIC_URL: 'https://bff.example.com',
  BFF_OIDC_ISSUER: 'https://login.example.com/',
  BFF_OIDC_CLIENT_ID: 'bff',
  BFF_OIDC_CLIENT_SECRET: 'canary-secret',
  BFF_OIDC_GRANTS: 'groups:registrars=sandbox:*,sandbox:ping; email:ada@example.edu=*:*',
};
const without = (...names: (keyof typeof good)[]): Variables =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.some((each) => each === name)));

describe('signing in in a browser', () => {
  it('is off where nothing of it is set', () => {
    assert.equal(configOf({}).sessions, undefined);
    assert.equal(configOf({ BFF_SESSION_HOURS: '4' }).sessions, undefined);
  });

  it('has the documented defaults', () => {
    const { clientSecret, ...rest } = configOf(good).sessions ?? {};
    assert.equal(clientSecret?.reveal(), 'canary-secret');
    assert.deepEqual(rest, {
      // Some providers' names end in a slash, which belongs to them.
      issuer: 'https://login.example.com/',
      clientId: 'bff',
      clientSecretFile: undefined,
      scopes: 'openid profile email',
      claimGrants: [
        { claim: 'groups', value: 'registrars', grants: ['sandbox:*', 'sandbox:ping'] },
        { claim: 'email', value: 'ada@example.edu', grants: ['*:*'] },
      ],
      publicOrigin: 'https://bff.example.com',
      returnUrls: ['https://bff.example.com/'],
      idleSeconds: 1_800,
      absoluteSeconds: 28_800,
    });
  });

  it('takes http on loopback, where browsers themselves take it for safe', () => {
    assert.equal(
      configOf({ ...good, BFF_PUBLIC_URL: 'http://localhost:8787' }).sessions?.publicOrigin,
      'http://localhost:8787',
    );
  });

  it('reads rules with any character in them', () => {
    const { sessions } = configOf({
      ...good,
      BFF_OIDC_GRANTS:
        ' cognito%3Agroups:cn%3Da%2Cou%3Db = sandbox:ping ;; sub:* = sandbox:health; sub:%2A=*:ping;',
    });
    assert.deepEqual(sessions?.claimGrants, [
      { claim: 'cognito:groups', value: 'cn=a,ou=b', grants: ['sandbox:ping'] },
      { claim: 'sub', value: undefined, grants: ['sandbox:health'] },
      { claim: 'sub', value: '*', grants: ['*:ping'] },
    ]);
  });

  it('reads return addresses', () => {
    const returns = 'https://tool.example.com/invite, http://localhost:3000/?a=b';
    assert.deepEqual(
      configOf({ ...good, BFF_OIDC_RETURN_URLS: returns }).sessions?.returnUrls,
      returns.split(', '),
    );
  });

  for (const name of [
    'BFF_OIDC_ISSUER',
    'BFF_OIDC_CLIENT_ID',
    'BFF_OIDC_CLIENT_SECRET',
    'BFF_OIDC_GRANTS',
  ] as const) {
    it(`is partly configured without ${name}`, () => {
      assert.deepEqual(faultsOf(without(name)), [
        `${name} is missing: the sign-in in a browser is only partly configured.`,
      ]);
    });
  }

  it('names everything that is missing at once', () => {
    const faults = faultsOf({ BFF_OIDC_SCOPES: 'openid' });
    for (const name of ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'GRANTS'])
      assert(
        faults.some((each) => each.startsWith(`BFF_OIDC_${name} is missing`)),
        name,
      );
    assert(faults.some((each) => each.startsWith('BFF_PUBLIC_URL is missing')));
  });

  for (const [name, value, words] of [
    ['BFF_PUBLIC_URL', 'http://bff.example.com', /^BFF_PUBLIC_URL must be https/],
    ['BFF_PUBLIC_URL', 'https://example.com/bff', /^BFF_PUBLIC_URL must be scheme, host and port only/],
    ['BFF_OIDC_ISSUER', 'http://login.example.com', /^BFF_OIDC_ISSUER must be https/],
    ['BFF_OIDC_SCOPES', 'profile', /^BFF_OIDC_SCOPES .* include openid/],
    ['BFF_OIDC_SCOPES', 'openid  email', /^BFF_OIDC_SCOPES/],
    ['BFF_SESSION_IDLE_MINUTES', '0', /^BFF_SESSION_IDLE_MINUTES/],
    ['BFF_SESSION_HOURS', 'canary', /^BFF_SESSION_HOURS/],
    ['BFF_OIDC_GRANTS', 'canary', /^BFF_OIDC_GRANTS, rule 1: it must look like/],
    ['BFF_OIDC_GRANTS', 'a:b=sandbox:*; canary:=*:*', /^BFF_OIDC_GRANTS, rule 2: it must look like/],
    ['BFF_OIDC_GRANTS', 'a:%zz=*:*', /rule 1: it must look like/],
    ['BFF_OIDC_GRANTS', 'a:b:c=*:*', /rule 1: it must look like/],
    ['BFF_OIDC_GRANTS', 'a:b=canary', /rule 1: each grant must be environment:operation/],
    ['BFF_OIDC_GRANTS', 'a:b=sandbox:ping,', /rule 1: each grant must be/],
    [
      'BFF_OIDC_GRANTS',
      'a:b=canary:ping',
      /rule 1: a grant names an environment that is not configured; choose from: sandbox\.$/,
    ],
    [
      'BFF_OIDC_GRANTS',
      'a:b=sandbox:canary',
      /rule 1: a grant names an operation that does not exist; choose from: health, ping/,
    ],
    ...[
      'https://tool.example.com',
      '/invite',
      'https://*.example.com/',
      'http://tool.example.com/',
      'javascript:canary',
      'https://canary@tool.example.com/',
      'https://tool.example.com/#canary',
      'HTTPS://tool.example.com/',
    ].map((url) => ['BFF_OIDC_RETURN_URLS', url, /^BFF_OIDC_RETURN_URLS must list whole addresses/] as const),
  ] as const) {
    it(`refuses ${name} of ${value}, and says nothing of its value`, () => {
      const faults = faultsOf({ ...good, [name]: value });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', words);
      assert.doesNotMatch(faults.join(), /canary/);
    });
  }
});
