import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerOf, claimsNeeded } from '../../../server/sessions/claims.ts';

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
    ['an address that says so in words', { email: 'ada@example.edu', email_verified: 'true' }, []],
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
});
