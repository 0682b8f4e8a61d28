import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerOf, claimsNeeded, unreadClaims } from '../../../server/sessions/claims.ts';

const rule = (claim: string, value: string | undefined, ...grants: string[]) => ({ claim, value, grants });
const rules = [
  rule('groups', 'registrars', 'sandbox:*', 'production:ping'),
  rule('email', 'ada@example.edu', '*:*'),
  rule('hd', undefined, 'sandbox:ping'),
  rule('staff', 'true', 'sandbox:health'),
];

describe('what claims grant', () => {
  for (const [what, claims, grants] of [
    ['a group among others', { groups: ['a', 'registrars'] }, ['sandbox:*', 'production:ping']],
    ['a group alone', { groups: 'registrars' }, ['sandbox:*', 'production:ping']],
    ['a group that only begins alike', { groups: ['registrars-2', 'Registrars', 'registrar'] }, []],
    ['groups in one text', { groups: 'a registrars' }, []],
    ['a verified address', { email: 'ada@example.edu', email_verified: true }, ['*:*']],
    ['an address that nobody verified', { email: 'ada@example.edu', email_verified: false }, []],
    ['an address of which nothing is said', { email: 'ada@example.edu' }, []],
    ['an address that says so in words', { email: 'ada@example.edu', email_verified: 'true' }, ['*:*']],
    [
      'an address that says so in large letters',
      { email: 'ada@example.edu', email_verified: 'True' },
      ['*:*'],
    ],
    ['an address that says no in words', { email: 'ada@example.edu', email_verified: 'false' }, []],
    ['an address that says something else', { email: 'ada@example.edu', email_verified: 1 }, []],
    ['an address that nobody knows to be verified', { email: 'ada@example.edu', email_verified: null }, []],
    ['an address in other letters', { email: 'Ada@Example.EDU', email_verified: true }, ['*:*']],
    ['one address among several', { email: ['a@b.de', 'ADA@example.edu'], email_verified: true }, ['*:*']],
    [
      'an address with a letter that only looks alike',
      { email: 'ada@example.edu\u0307', email_verified: true },
      [],
    ],
    [
      'a long s, which is an s in large letters alone',
      { email: 'ada@example.eduſ', email_verified: true },
      [],
    ],
    ['any value', { hd: 'example.edu' }, ['sandbox:ping']],
    ['no value', { hd: null }, []],
    ['an object', { hd: {}, groups: { registrars: true } }, []],
    ['a yes', { staff: true }, ['sandbox:health']],
    ['a no', { staff: false }, []],
    ['what every object has', { constructor: 'registrars' }, []],
    [
      'two rules that overlap',
      { groups: ['registrars', 'registrars'], hd: 'a' },
      ['sandbox:*', 'production:ping', 'sandbox:ping'],
    ],
  ] as const) {
    it(`by ${what}`, () => assert.deepEqual(callerOf({ sub: 'ada', ...claims }, rules).grants, grants));
  }

  it('are asked for by name, and a verified address needs two', () => {
    assert.deepEqual([...claimsNeeded(rules)], ['groups', 'email', 'hd', 'staff', 'email_verified']);
    assert.deepEqual([...claimsNeeded([rule('sub', undefined, '*:*')])], ['sub']);
  });
});

describe('a rule by e-mail', () => {
  const grantsOf = (configured: string, email: string) =>
    callerOf({ sub: 'ada', email, email_verified: true }, [rule('email', configured, '*:*')]).grants;

  it('compares without case, whichever side has the large letters', () => {
    assert.deepEqual(grantsOf('Ada.K@Example.EDU', 'ada.k@example.edu'), ['*:*']);
    assert.deepEqual(grantsOf('é@example.edu', 'É@example.edu'), ['*:*']);
  });

  it('takes no letter for another one that shares one of its cases', () => {
    for (const [one, other] of [
      ['kim@example.edu', '\u212aim@example.edu'],
      ['sam@example.edu', 'ſam@example.edu'],
      ['ina@example.edu', 'ına@example.edu'],
      ['ina@example.edu', 'İna@example.edu'],
      ['strasse@example.edu', 'straße@example.edu'],
    ] as const) {
      assert.deepEqual([...grantsOf(one, other), ...grantsOf(other, one)], [], other);
    }
  });

  it('leaves the case of everything else alone', () => {
    assert.deepEqual(callerOf({ sub: 'Ada' }, [rule('sub', 'ada', '*:*')]).grants, []);
  });
});

describe('a claim that no rule can read', () => {
  const endpoint = 'https://graph.example.com/users/1/getMemberObjects';
  const asked = [
    ...rules,
    rule('roles', 'admin', '*:*'),
    rule('realm_access.roles', 'admin', '*:*'),
    rule('/profile/unit', 'x', '*:*'),
  ];
  for (const [what, claims, ...expected] of [
    ['nothing', {}],
    ['plain values', { groups: ['a'], roles: 'b', email: 'a@b.de', hd: 1, staff: true }],
    ['no value and an empty list', { groups: [], roles: null }],
    [
      'a link to groups',
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } },
      'groups link',
    ],
    [
      'a link to roles',
      { _claim_names: { roles: 'src1' }, _claim_sources: { src1: { roles: 1 } } },
      'roles link',
    ],
    ['a link to what no rule asks for', { _claim_names: { wids: 'src1' } }],
    ['a word that there are groups', { hasgroups: true }, 'groups link'],
    ['a word that there are groups, in words', { hasgroups: 'true' }, 'groups link'],
    ['a word that there are none', { hasgroups: false }],
    ['an address in place of groups', { groups: endpoint }, 'groups link'],
    ['an address and groups', { groups: [endpoint, 'a'] }],
    ['an object', { groups: { registrars: true } }, 'groups nested'],
    ['a list of objects', { groups: [{ id: 1, name: 'registrars' }] }, 'groups nested'],
    [
      'roles inside another claim',
      { realm_access: { roles: ['admin'] } },
      'roles nested',
      'realm_access.roles nested',
    ],
    ['roles two levels inside', { resource_access: { bff: { roles: ['admin'] } } }, 'roles nested'],
    ['a path with slashes', { profile: { unit: 'x' } }, '/profile/unit nested'],
    ['a flat name that looks like a path', { 'realm_access.roles': ['a'] }],
    ['roles deeper than anybody puts them', { a: { b: { c: { d: { roles: [] } } } } }],
  ] as [string, object, ...string[]][]) {
    it(`is ${expected.join(' and ') || 'none'} in ${what}`, () => {
      const found = unreadClaims({ sub: 'ada', ...claims }, asked);
      assert.deepEqual(
        found.map(({ claim, form }) => `${claim} ${form}`),
        expected,
      );
    });
  }

  it('is none where the rule asks for an address', () => {
    assert.deepEqual(unreadClaims({ sub: 'a', groups: endpoint }, [rule('groups', endpoint, '*:*')]), []);
  });
});

describe('the name of who signed in', () => {
  const idOf = (sub: string) => callerOf({ sub }, []).id;

  it('is the subject, where that may stand in a log', () => {
    for (const sub of ['ada', '00u1a2b3-c4', 'A_b.c', '1']) assert.equal(idOf(sub), `user:${sub}`);
  });

  it('is its hash where not: an address, what needs quoting, or what is too long', () => {
    const subs = ['ada@example.edu', 'a b', 'a\nb', '{"level":60}', 'auth0|1', '', '.', 'é', 'x'.repeat(65)];
    for (const sub of subs) assert.match(idOf(sub), /^user:sha256-[\w-]{22}$/);
    assert.equal(new Set(subs.map(idOf)).size, subs.length);
    assert.equal(idOf('ada@example.edu'), idOf('ada@example.edu'));
  });

  it('is no other person’s, whatever a provider lets people be called', () => {
    const hashed = idOf('ada@example.edu').slice('user:'.length);
    const subs = [
      'ada@example.edu',
      hashed,
      'user:ada',
      'ada',
      'Ada',
      '\ud800',
      '\ud801',
      '\udfff',
      '\ufffd',
      'é',
      'e\u0301',
    ];
    assert.equal(new Set(subs.map(idOf)).size, subs.length);
  });
});
