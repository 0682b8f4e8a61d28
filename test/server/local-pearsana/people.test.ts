import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeople } from '../../../server/local-pearsana/people.ts';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { postJson, tokenFor } from './call-local-pearsana.ts';

const person = { firstName: 'Ada', lastName: 'Lovelace' };
const sis = (externalId: string) => [{ namespace: 'SIS', externalId }];
const user = (name: string) => ({
  identity: { email: `${name}@example.com`, ...person, roleName: 'student' },
  externalReferences: sis(name),
});
const invitation = (email: string, externalReferences: ReturnType<typeof sis>) => ({
  email,
  externalReferences,
  identity: person,
});
const isTimestamp = (value: unknown) => new Date(String(value)).toISOString() === value;

test('the people of the local Pearsana', async (t) => {
  await using pearsana = await startLocalPearsana();
  const token = await tokenFor(pearsana);

  await t.test('are created with what was sent, an id and the time', async () => {
    const sent = { ...user('created'), profile: { address: { city: 'London' } } };
    const { status, body } = await postJson(pearsana, token, '/v1/users', sent);
    assert.equal(status, 201);
    const { userId, creationDateTime, ...rest } = body.user as Record<string, unknown>;
    assert.match(String(userId), /^usr_[0-9a-f]{32}$/);
    assert(isTimestamp(creationDateTime));
    assert.deepEqual(rest, sent);
  });

  await t.test('may be created twice with one external reference, as two users', async () => {
    const replies = [
      await postJson(pearsana, token, '/v1/users', user('twice')),
      await postJson(pearsana, token, '/v1/users', user('twice')),
    ];
    assert.deepEqual(
      replies.map((reply) => reply.status),
      [201, 201],
    );
    const ids = replies.map((reply) => (reply.body.user as Record<string, unknown>).userId);
    assert.notEqual(ids[0], ids[1]);
  });

  await t.test('may have names that are refused, or never answered', async () => {
    const call = (email: string) =>
      Promise.all([
        postJson(pearsana, token, '/v1/invitations', invitation(email, sis('failing'))),
        postJson(pearsana, token, '/v1/users', {
          ...user('failing'),
          identity: { ...user('failing').identity, email },
        }),
      ]);
    for (const email of ['refused@example.com', 'Refused+7@example.com']) {
      for (const { status, body } of await call(email)) {
        assert.equal(status, 400);
        assert.match(JSON.stringify(body), /VALIDATION_ERROR.*The local Pearsana refuses every refused@…/);
      }
    }
    for (const email of ['unanswered@example.com', 'unanswered+7@example.com'])
      await assert.rejects(call(email), /fetch failed|socket|terminated|closed/i);
    for (const { status } of await call('refusedly@example.com')) assert.equal(status, 201);
  });

  await t.test('are invited as pending', async () => {
    const { status, body } = await postJson(
      pearsana,
      token,
      '/v1/invitations',
      invitation('pending@example.com', sis('pending')),
    );
    assert.equal(status, 201);
    const { invitationId, creationDateTime, ...rest } = body.invitation as Record<string, unknown>;
    assert.match(String(invitationId), /^inv_[0-9a-f]{32}$/);
    assert(isTimestamp(creationDateTime));
    assert.deepEqual(rest, { status: 'pending', userState: 'new' });
  });

  for (const { what, email, reference, userState } of [
    {
      what: 'another address and reference',
      email: 'other@example.com',
      reference: 'other',
      userState: 'new',
    },
    { what: 'the address', email: 'known@example.com', reference: 'other', userState: 'existing' },
    {
      what: 'the address in capitals',
      email: 'KNOWN@example.com',
      reference: 'other',
      userState: 'existing',
    },
    { what: 'the reference', email: 'other@example.com', reference: 'known', userState: 'existing' },
    { what: 'the reference in capitals', email: 'other@example.com', reference: 'KNOWN', userState: 'new' },
  ]) {
    await t.test(`are ${userState} to an invitation by ${what}`, async () => {
      await postJson(pearsana, token, '/v1/users', user('known'));
      const { body } = await postJson(pearsana, token, '/v1/invitations', invitation(email, sis(reference)));
      assert.equal((body.invitation as Record<string, unknown>).userState, userState);
    });
  }

  await t.test('are not made existing by an invitation', async () => {
    const sent = invitation('invited@example.com', sis('invited'));
    await postJson(pearsana, token, '/v1/invitations', sent);
    const { body } = await postJson(pearsana, token, '/v1/invitations', sent);
    assert.equal((body.invitation as Record<string, unknown>).userState, 'new');
  });

  await t.test('are forgotten, oldest first, beyond the capacity', () => {
    const people = createPeople(4);
    const body = (name: string) => ({ ...user(name), profile: undefined });
    for (const name of ['first', 'second', 'third']) people.createUser(body(name));
    const states = ['first', 'second', 'third'].map((name) => {
      const sent = { ...invitation(`${name}@example.com`, sis(name)), message: undefined, roles: undefined };
      return people.createInvitation(sent).invitation.userState;
    });
    assert.deepEqual(states, ['new', 'existing', 'existing']);
  });
});
