import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { freePort } from '../../../scripts/free-port.ts';
import { newKey } from '../../../server/callers/access-keys.ts';
import { earlierWrite } from '../../../shared/activity.ts';
import { operations, successOf } from '../../../shared/operations.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { changeKeys } from '../../support/bff/test-store.ts';
import { invited, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples, type WriteName, writeNames } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { shortly, write } from './write-with-key.ts';

const receipt = { documentId: 'doc_1', status: 'received' };
/** What the journal keeps of an answer. */
const kept: { [Name in WriteName]: object } = {
  createUser: { user: { userId: 'usr_1' } },
  createInvitation: invited,
  submitDocument: { document: receipt },
  submitDocumentBatch: { results: [{ itemId: '1', status: 'accepted', document: receipt }] },
};

test('a write', async (t) => {
  /** A key that no other test has. */
  const newKeyName = () => `key-${randomUUID()}`;

  const success: Reply = {
    status: 201,
    headers: { 'x-request-id': 'theirs', 'x-api-version': '2026-01-30' },
    body: {
      ...invited,
      user: { userId: 'usr_1', email: 'ada@example.com' },
      document: { ...receipt, filename: 'Ada.pdf' },
      results: [{ itemId: '1', status: 'accepted', document: { ...receipt, filename: 'Ada.pdf' } }],
    },
  };
  const arrivals = () => partner.api.arrivals.length;

  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner, production: partner },
    {
      PARTNER_TIMEOUT_MS: '400',
      RATE_LIMIT_PER_MINUTE: '100000',
    },
  );

  await t.test('with a key whose write succeeded', async (t) => {
    for (const name of writeNames) {
      await t.test(
        `${name}: gives the recorded answer, ids and states alone, and sends nothing`,
        async () => {
          const key = newKeyName();
          partner.api.next(success);
          const first = await write(bff, { name, key });
          assert.equal(shortly(first), '201', first.text);
          const before = arrivals();
          for (const spelling of [key, `"${key}"`]) {
            const again = await write(bff, { name, key: spelling, headers: { 'x-request-id': 'second' } });
            assert.equal(shortly(again), '201 replayed');
            const [told, replay] = [first, again].map(({ body }) => successOf(operations[name]).parse(body));
            assert.deepEqual(replay?.partner, told?.partner);
            assert.equal(replay?.partner?.requestId, 'theirs');
            assert.equal(replay?.requestId, 'second');
            assert.deepEqual(replay?.result, kept[name]);
          }
          assert.equal(arrivals(), before);
        },
      );
    }

    await t.test('is answered so again where Pearsana gave no id that could be kept', async () => {
      const key = newKeyName();
      partner.api.next({ status: 200, body: '' });
      assert.equal(shortly(await write(bff, { name: 'createUser', key })), '200');
      const again = await write(bff, { name: 'createUser', key });
      assert.equal(shortly(again), '200 replayed');
      assert.match(again.text, /"result":null/);
    });

    await t.test('is refused where what Pearsana gave cannot be kept and the contract wants it', async () => {
      const key = newKeyName();
      const named = { invitation: { ...invited.invitation, invitationId: 'Ada Lovelace' } };
      partner.api.next({ status: 201, body: named });
      assert.equal(shortly(await write(bff, { key })), '201');
      const before = arrivals();
      assert.equal(shortly(await write(bff, { key })), '409 OUTCOME_KNOWN');
      assert.equal(arrivals(), before);
    });

    await t.test('is for one request, one operation and one environment', async () => {
      const key = newKeyName();
      partner.api.next(success, success, success);
      assert.equal(shortly(await write(bff, { key })), '201');
      const before = arrivals();
      const mismatch = '422 IDEMPOTENCY_MISMATCH not_sent';
      assert.equal(shortly(await write(bff, { key, request: samples.createInvitation.whole })), mismatch);
      assert.equal(arrivals(), before);
      assert.equal(shortly(await write(bff, { name: 'createUser', key })), '201');
      const inProduction = { key, environment: 'production' };
      // The confirmation is asked for each time, whatever the key.
      const unconfirmed = '428 CONFIRMATION_REQUIRED not_sent';
      const confirmed = { ...inProduction, headers: { 'x-confirm-environment': 'production' } };
      assert.equal(shortly(await write(bff, inProduction)), unconfirmed);
      assert.equal(shortly(await write(bff, confirmed)), '201');
      assert.equal(shortly(await write(bff, inProduction)), unconfirmed);
      assert.equal(shortly(await write(bff, confirmed)), '201 replayed');
      assert.equal(arrivals(), before + 2);
    });

    await t.test('is for one caller, and only while that one may still do it', async () => {
      using folder = temporaryFolder();
      const data = folder.path;
      const made = ['ada', 'grace'].map((name) =>
        newKey({ name, grants: ['sandbox:createInvitation'], origin: 'cli', lifetimeMs: null }),
      );
      await changeKeys(data, () => made.map(({ entry }) => entry));
      await using shared = await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: data });
      const [ada, grace] = made.map(({ key }) => ({ authorization: `Bearer ${key.reveal()}` }));
      const key = newKeyName();
      partner.api.next(success, success);
      for (const headers of [ada, grace]) {
        assert(headers);
        assert.equal(shortly(await write(shared, { key, headers })), '201');
        assert.equal(shortly(await write(shared, { key, headers })), '201 replayed');
      }
      assert(ada);
      const mine = await shared.call('/api/environments/sandbox/activity', { headers: ada });
      assert.equal(mine.text.match(/"operation"/g)?.length, 1);
      await changeKeys(data, (entries) =>
        entries.map((each) => (each.name === 'ada' ? { ...each, grants: ['sandbox:ping'] } : each)),
      );
      await until('the grant is gone', () => shared.logLines.some((line) => line.includes('access file')));
      assert.equal(shortly(await write(shared, { key, headers: ada })), '403 FORBIDDEN not_sent');
    });
  });

  await t.test('with a key while its write is in flight', async (t) => {
    await t.test('is told so, and then what became of it', async () => {
      const key = newKeyName();
      const before = arrivals();
      const held = Promise.withResolvers<void>();
      partner.api.next({ ...success, after: held.promise });
      const first = write(bff, { key, headers: { 'x-request-id': 'the-first' } });
      await until('it arrives', () => arrivals() === before + 1);
      const second = await write(bff, { key });
      assert.equal(shortly(second), '409 IDEMPOTENCY_IN_PROGRESS retryable');
      assert.equal(second.headers.get('retry-after'), '1');
      assert.equal(earlierWrite.parse(failureIn(second).details).requestId, 'the-first');
      const other = { key, request: samples.createInvitation.whole };
      assert.equal(shortly(await write(bff, other)), '422 IDEMPOTENCY_MISMATCH not_sent');
      held.resolve();
      assert.equal(shortly(await first), '201');
      assert.equal(shortly(await write(bff, { key })), '201 replayed');
      assert.equal(arrivals(), before + 1);
    });

    await t.test('arrives once, of 100 requests at the same time', async () => {
      const key = newKeyName();
      const before = arrivals();
      partner.api.next({ ...success, delayMs: 30 });
      const answers = await Promise.all(Array.from({ length: 100 }, () => write(bff, { key })));
      const counts = Map.groupBy(answers.map(shortly), (each) => each);
      assert.equal(counts.get('201')?.length, 1);
      const others = ['409 IDEMPOTENCY_IN_PROGRESS retryable', '201 replayed'];
      assert.equal(
        others.reduce((sum, each) => sum + (counts.get(each)?.length ?? 0), 0),
        99,
      );
      assert.equal(arrivals(), before + 1);
    });

    await t.test('arrives once, of 100 requests to two BFFs that share a data directory', async () => {
      using folder = temporaryFolder();
      const variables = { BFF_DATA_DIR: folder.path, RATE_LIMIT_PER_MINUTE: '100000' };
      await using one = await startBffWith({ sandbox: partner }, variables);
      await using other = await startBffWith({ sandbox: partner }, variables);
      const two = [one, other];
      const key = newKeyName();
      const before = arrivals();
      partner.api.next({ ...success, delayMs: 30 });
      const pair = () => two.map((each) => write(each, { key }));
      const answers = await Promise.all(Array.from({ length: 50 }, pair).flat());
      assert.equal(answers.filter((each) => shortly(each) === '201').length, 1);
      assert.equal(arrivals(), before + 1);
      for (const each of two) assert.equal(shortly(await write(each, { key })), '201 replayed');
    });
  });

  await t.test('with a key after a fault', async (t) => {
    const unknown: [what: string, reply: Reply, answer: string][] = [
      [
        'a reset before it was read',
        { fault: 'reset-before-body' },
        '502 PARTNER_UNREACHABLE unknown retryable',
      ],
      [
        'a reset after it was read',
        { fault: 'reset-after-body' },
        '502 PARTNER_UNREACHABLE unknown retryable',
      ],
      ['silence', { fault: 'hang' }, '504 PARTNER_TIMEOUT unknown retryable'],
      ['an answer too late', { ...success, delayMs: 600 }, '504 PARTNER_TIMEOUT unknown retryable'],
      ['an answer cut off', { body: invited, claimedLength: 5_000 }, '502 PARTNER_BAD_RESPONSE unknown'],
      ['no JSON', { status: 201, body: 'hello' }, '502 PARTNER_BAD_RESPONSE unknown'],
      ['500', { status: 500 }, '502 PARTNER_ERROR unknown retryable'],
      ['503', { status: 503 }, '502 PARTNER_ERROR unknown retryable'],
      // A gateway's own words.
      ...[408, 460, 499].map((status): [string, Reply, string] => [
        String(status),
        { status },
        '502 PARTNER_ERROR unknown retryable',
      ]),
      ['424', { status: 424 }, '502 PARTNER_ERROR unknown'],
    ];
    for (const [what, reply, answer] of unknown) {
      await t.test(`stays unknown after ${what}, and is never sent again`, async () => {
        const key = newKeyName();
        const before = arrivals();
        partner.api.next(reply);
        const first = await write(bff, { key, headers: { 'x-request-id': `first-${key}` } });
        assert.equal(shortly(first), answer);
        for (let time = 0; time < 3; time += 1) {
          const again = await write(bff, { key });
          assert.equal(shortly(again), '409 OUTCOME_UNKNOWN unknown');
          const { details, message } = failureIn(again);
          const { requestId, startedAt } = earlierWrite.parse(details);
          assert.equal(requestId, `first-${key}`);
          assert(message.includes(requestId) && message.includes(startedAt));
        }
        assert.equal(arrivals(), before + 1);
        // A person who knows more uses a new key.
        partner.api.next(success);
        assert.equal(shortly(await write(bff, { key: newKeyName() })), '201');
      });
    }

    const refused: [what: string, replies: Reply[], answer: string][] = [
      ...[400, 404, 409, 422].map((status): [string, Reply[], string] => [
        String(status),
        [{ status, body: { error: { code: 'THEIRS' } } }],
        `${status} THEIRS refused`,
      ]),
      ['403', [{ status: 403 }], '502 INSUFFICIENT_SCOPE refused'],
      ['401 and then 422', [{ status: 401 }, { status: 422 }], '422 UNPROCESSABLE refused'],
    ];
    for (const [what, replies, answer] of refused) {
      await t.test(`is free again after ${what}`, async () => {
        const key = newKeyName();
        const before = arrivals();
        partner.api.next(...replies, success);
        assert.equal(shortly(await write(bff, { key })), answer);
        // Mended: it may be another request now.
        assert.equal(shortly(await write(bff, { key, request: samples.createInvitation.whole })), '201');
        assert.equal(
          shortly(await write(bff, { key, request: samples.createInvitation.whole })),
          '201 replayed',
        );
        assert.equal(arrivals(), before + replies.length + 1);
      });
    }

    await t.test('stays unknown after 401 and then a reset', async () => {
      const key = newKeyName();
      const before = arrivals();
      partner.api.next({ status: 401 }, { fault: 'reset-after-body' });
      assert.equal(shortly(await write(bff, { key })), '502 PARTNER_UNREACHABLE unknown retryable');
      assert.equal(shortly(await write(bff, { key })), '409 OUTCOME_UNKNOWN unknown');
      assert.equal(arrivals(), before + 2);
    });

    await t.test('is free again after what was never sent', async () => {
      const key = newKeyName();
      const unreachable = { ...partner, apiUrl: `http://127.0.0.1:${await freePort()}` };
      await using other = await startBffWith({ sandbox: unreachable });
      for (const request of [samples.createInvitation.least, samples.createInvitation.whole]) {
        const answer = await write(other, { key, request });
        assert.equal(shortly(answer), '502 PARTNER_UNREACHABLE not_sent retryable');
      }
    });

    await t.test('is not looked at before the request is a good one, and not taken by it', async () => {
      const key = newKeyName();
      const before = arrivals();
      assert.equal(shortly(await write(bff, { key, request: {} })), '400 VALIDATION_ERROR not_sent');
      assert.equal(shortly(await write(bff, { key: 'no key' })), '400 VALIDATION_ERROR not_sent');
      assert.equal(arrivals(), before);
      partner.api.next(success);
      assert.equal(shortly(await write(bff, { key })), '201');
    });
  });

  await t.test('without a key', async (t) => {
    await t.test('is sent each time, and stands in the journal all the same', async () => {
      const before = arrivals();
      partner.api.next(success, success);
      for (const _ of [1, 2])
        assert.equal(shortly(await write(bff, { headers: { 'x-request-id': 'keyless' } })), '201');
      assert.equal(arrivals(), before + 2);
      const { text } = await bff.call('/api/environments/sandbox/activity');
      assert.equal(text.match(/"requestId":"keyless"/g)?.length, 2);
    });
  });
});
