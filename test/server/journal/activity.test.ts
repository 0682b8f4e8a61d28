import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityAnswer, resolveAnswer } from '../../../shared/activity.ts';
import { addKeys } from '../../support/bff/add-keys.ts';
import { failureIn, startBffWith, type TestBff } from '../../support/bff/test-bff.ts';
import { invited, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { shortly, write } from './write-with-key.ts';

const path = '/api/environments/sandbox/activity';

test('the activity of a caller', async (t) => {
  await using partner = await startFaultServer();
  using folder = temporaryFolder();
  const data = folder.path;
  const { ada } = await addKeys(data, { ada: ['sandbox:createInvitation', 'production:createInvitation'] });
  const variables = { RATE_LIMIT_PER_MINUTE: '100000', BFF_DATA_DIR: data };
  await using owner = await startBffWith({ sandbox: partner, production: partner }, variables);
  // As seen by somebody who may not do everything.
  const bff: Pick<TestBff, 'call'> = {
    call: (path, init) =>
      owner.call(path, { ...init, headers: { authorization: `Bearer ${ada}`, ...init?.headers } }),
  };

  const activity = async (query = '') => activityAnswer.parse((await bff.call(path + query)).body);
  const resolve = (id: string, body: unknown) =>
    bff.call(`${path}/${id}/resolve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** A write whose outcome is unknown, and its number. */
  async function unknownWrite(key: string): Promise<string> {
    partner.api.next({ fault: 'reset-after-body' });
    await write(bff, { key });
    return (await activity()).activity[0]?.id ?? assert.fail();
  }

  await t.test('is empty at first, in each environment', async () => {
    assert.deepEqual([(await activity()).activity, (await activity()).next], [[], null]);
    assert.equal((await bff.call('/api/environments/nowhere/activity')).status, 404);
  });

  await t.test('shows each state, newest first, with ids and references', async () => {
    const names = { email: 'marker-mail@example.com', identity: { firstName: 'Marker', lastName: 'Marker' } };
    const request = { ...samples.createInvitation.whole, ...names };
    const theirs = { 'x-request-id': 'theirs' };
    const held = Promise.withResolvers<void>();
    partner.api.next(
      { status: 201, headers: theirs, body: invited },
      { status: 409, headers: theirs, body: { error: { code: 'CONFLICT' } } },
      { status: 500, headers: theirs },
      { status: 201, body: invited, after: held.promise },
    );
    for (const number of [1, 2, 3])
      await write(bff, { request, headers: { 'x-request-id': `mine-${number}` } });
    const last = write(bff, { request, headers: { 'x-request-id': 'mine-4' } });
    await until('it arrives', () => partner.api.count('/v1/invitations') === 4);
    const seen = (await activity()).activity;
    assert.deepEqual(
      seen.map(({ requestId, state, status, code, partnerRequestId, result }) => [
        ...[requestId, state, status, code, partnerRequestId, result],
      ]),
      [
        ['mine-4', 'in_flight', null, null, null, null],
        ['mine-3', 'unknown', 500, 'PARTNER_ERROR', 'theirs', null],
        ['mine-2', 'refused', 409, 'CONFLICT', 'theirs', null],
        ['mine-1', 'succeeded', 201, null, 'theirs', invited],
      ],
    );
    for (const { operation, caller, externalReferences, startedAt, endedAt, state } of seen) {
      assert.equal(caller, 'ada');
      assert.equal(operation, 'createInvitation');
      assert.deepEqual(externalReferences, request.externalReferences);
      assert(Math.abs(Date.parse(startedAt) - Date.now()) < 60_000);
      assert.equal(endedAt === null, state === 'in_flight');
    }
    assert.doesNotMatch(JSON.stringify(seen), /marker/i);
    held.resolve();
    assert.equal(shortly(await last), '201');
    assert.equal((await activity()).activity[0]?.state, 'succeeded');
    const production = await bff.call('/api/environments/production/activity');
    assert.deepEqual(activityAnswer.parse(production.body).activity, []);
  });

  await t.test('comes in pages of fifty, each beginning where the one before ended', async () => {
    for (let number = 0; number < 60; number += 1) {
      partner.api.next({ status: 422 });
      await write(bff, {});
    }
    const first = await activity();
    const second = await activity(`?before=${first.next}`);
    assert.deepEqual([first.activity.length, second.next], [50, null]);
    const ids = [...first.activity, ...second.activity].map(({ id }) => Number(id));
    assert.deepEqual(
      ids,
      Array.from({ length: 64 }, (_, index) => 64 - index),
    );
    for (const query of ['?before=', '?before=x', '?before=-1', '?before=1&before=2', '?before=1e3']) {
      const answer = await bff.call(path + query);
      assert.deepEqual([answer.status, failureIn(answer).code], [400, 'VALIDATION_ERROR'], query);
    }
  });

  await t.test('keeps the key of a write that a person says has happened', async () => {
    const id = await unknownWrite('happened');
    const before = partner.api.arrivals.length;
    const answer = await resolve(id, { happened: true });
    const { activity: entry, environment } = resolveAnswer.parse(answer.body);
    assert.deepEqual([answer.status, environment, entry.id, entry.state], [200, 'sandbox', id, 'succeeded']);
    assert.deepEqual([entry.resolved?.happened, entry.resolved?.by], [true, 'ada']);
    assert.equal((await resolve(id, { happened: true })).status, 200);
    assert.equal(failureIn(await resolve(id, { happened: false })).code, 'OUTCOME_KNOWN');
    const again = await write(bff, { key: 'happened' });
    assert.equal(shortly(again), '409 OUTCOME_KNOWN');
    assert.match(failureIn(again).message, /ada found that it happened/);
    assert.equal(partner.api.arrivals.length, before);
  });

  await t.test('frees the key of a write that a person says has not happened', async () => {
    const id = await unknownWrite('not-happened');
    const entry = resolveAnswer.parse((await resolve(id, { happened: false })).body).activity;
    assert.deepEqual([entry.state, entry.resolved?.happened], ['not_sent', false]);
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(bff, { key: 'not-happened' })), '201');
  });

  await t.test('takes no word about what is known, in flight, another’s, or nothing', async () => {
    partner.api.next({ status: 201, body: invited });
    await write(bff, {});
    const [known] = (await activity()).activity;
    assert(known);
    const code = async (id: string, body: unknown) => {
      const answer = await resolve(id, body);
      return `${answer.status} ${failureIn(answer).code}`;
    };
    for (const happened of [true, false])
      assert.equal(await code(known.id, { happened }), '409 OUTCOME_KNOWN');
    for (const id of ['999999', '0', '-1', 'x', '1e3', '9'.repeat(30)]) {
      assert.equal(await code(id, { happened: true }), '404 NOT_FOUND');
    }
    for (const body of [{}, { happened: 'yes' }, { happened: true, more: 1 }, null, []]) {
      assert.equal(await code(known.id, body), '400 VALIDATION_ERROR');
    }
    const before = partner.api.arrivals.length;
    const held = Promise.withResolvers<void>();
    partner.api.next({ status: 201, body: invited, after: held.promise });
    const last = write(bff, {});
    await until('it arrives', () => partner.api.arrivals.length > before);
    const [flying] = (await activity()).activity;
    assert(flying);
    for (const happened of [true, false]) {
      assert.equal(await code(flying.id, { happened }), '409 IDEMPOTENCY_IN_PROGRESS');
    }
    held.resolve();
    assert.equal(shortly(await last), '201');
  });

  await t.test('lists only writes of a state, of a person or of an import, if asked to', async () => {
    const states = async (query: string) =>
      new Set((await activity(query)).activity.map(({ state }) => state));
    assert.deepEqual(await states('?state=refused'), new Set(['refused']));
    const { next } = await activity('?state=refused');
    assert((await activity(`?state=refused&before=${next}`)).activity.length > 0);
    const externalReferences = [{ namespace: 'S I&S', externalId: 'Ä 1' }];
    partner.api.next({ status: 201, body: invited });
    await write(bff, { request: { ...samples.createInvitation.least, externalReferences } });
    const hers = await activity(`?${new URLSearchParams(externalReferences[0])}`);
    assert.deepEqual(
      hers.activity.map((each) => each.externalReferences),
      [externalReferences],
    );
    assert.deepEqual((await activity(`?import=imp_${'0'.repeat(32)}`)).activity, []);
    assert.equal((await activity('?import=none')).activity.length, 50);
    for (const query of ['state=gone', 'namespace=SIS', 'externalId=1', 'import=imp_1', 'import=']) {
      const answer = await bff.call(`${path}?${query}`);
      assert.deepEqual([answer.status, failureIn(answer).code], [400, 'VALIDATION_ERROR'], query);
    }
  });

  await t.test(
    'shows everybody’s writes to whoever may do everything there, the unresolved ones first, and lets them resolve those',
    async () => {
      const id = await unknownWrite('left-behind');
      partner.api.next({ status: 201, body: invited });
      assert.equal(shortly(await write(owner, { key: 'of-the-owner' })), '201');
      const seen = async (query = '') => activityAnswer.parse((await owner.call(path + query)).body);
      const [first, ...others] = (await seen()).activity;
      assert.deepEqual([first?.id, first?.caller, first?.state], [id, 'ada', 'unknown']);
      const unknown = others.findLastIndex(({ state }) => state === 'unknown');
      assert.equal(others[unknown + 1]?.caller, 'access-key');
      const { next } = await seen();
      assert.equal((await seen(`?before=${next}`)).activity.length > 0, true);
      const resolution = await owner.call(`${path}/${id}/resolve`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"happened":true}',
      });
      assert.equal(resolveAnswer.parse(resolution.body).activity.resolved?.by, 'access-key');
      const mine = (await activity()).activity.map(({ caller }) => caller);
      assert.deepEqual([...new Set(mine)], ['ada']);
    },
  );
});
