// That routes, grants, limits, calls to Pearsana, journal and client follow from whatever table there is.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createClientOf } from '../../../../shared/client.ts';
import type { ClientError } from '../../../../shared/client-error.ts';
import { endpoints } from '../../../../shared/endpoints.ts';
import { addKeys } from '../../../support/bff/add-keys.ts';
import { type CallInit, failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { invited, startFaultServer } from '../../../support/partner/fault-server.ts';
import { otherDescribed, otherTable } from '../../../support/requests/other-table.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const invitations = '/api/environments/sandbox/invitations';
const revoke = `${invitations}/inv_1/revoke`;
const post = (headers: Record<string, string> = {}): CallInit => ({ method: 'POST', headers });

describe('a table with other rows', async () => {
  const partner = await startFaultServer();
  const folder = temporaryFolder();
  const keys = await addKeys(folder.path, { ada: ['sandbox:getInvitation'], bob: ['*:*'] });
  const bff = await startBffWith(
    { sandbox: partner, production: partner },
    { BFF_DATA_DIR: folder.path, RATE_LIMIT_PER_MINUTE: '6000' },
    { described: otherDescribed },
  );
  after(async () => {
    await bff.stop();
    await partner.stop();
    folder[Symbol.dispose]();
  });
  const client = createClientOf(otherTable, { baseUrl: bff.url, accessKey: bff.accessKey });
  const arrivals = () => partner.api.arrivals;
  const last = () => arrivals().at(-1) ?? assert.fail('Nothing was sent.');
  before(() =>
    partner.api.always(({ method }) => ({ status: method === 'POST' ? 201 : 200, body: invited })),
  );

  it('sends a read to the path that its parameter names, with the scopes of its row', async () => {
    const answer = await client.getInvitation({ environment: 'sandbox', invitationId: 'inv_1' });
    assert.deepEqual([answer.environment, answer.result], ['sandbox', invited]);
    const { method, path, headers, body } = last();
    assert.deepEqual([method, path, body], ['GET', '/v1/invitations/inv_1', '']);
    assert.equal(headers['x-api-version'], '2026-01-30');
    const asked = new URLSearchParams(partner.auth.arrivals.at(-1)?.body);
    assert.equal(asked.get('scope'), 'pearsana-partner/partners.invitations:read');
  });

  it('encodes what a path names, at the BFF and at Pearsana', async () => {
    await client.getInvitation({ environment: 'sandbox', invitationId: 'SIS:1,2@x+y=~' });
    assert.equal(last().path, '/v1/invitations/SIS%3A1%2C2%40x%2By%3D~');
  });

  it('sends nothing where a parameter would lead elsewhere, and says which', async () => {
    const before = arrivals().length;
    for (const id of [
      '%2e',
      '%2e%2e',
      '..%2f..%2fusers',
      'a%2fb',
      'a%5cb',
      'a%3fb',
      'a%23b',
      'a%00',
      '%20',
    ]) {
      // By hand: fetch would already have left the path.
      const head = { Host: '127.0.0.1', Authorization: `Bearer ${bff.accessKey}` };
      const failure = failureIn(await rawRequest(bff.url, rawHead(`${invitations}/${id}`, head)));
      assert.equal(failure.code, 'VALIDATION_ERROR', id);
      assert.match(failure.message, /^invitationId: must be an id/);
    }
    for (const id of ['x'.repeat(201), '%C3%A4'])
      assert.equal((await bff.call(`${invitations}/${id}`)).status, 400);
    assert.equal((await bff.call(`${invitations}/%zz`)).status, 400);
    for (const invitationId of ['', '.', '..', '\ud800']) {
      const call = client.revokeInvitation({ environment: 'sandbox', invitationId });
      await assert.rejects(call, {
        reason: 'invalid',
        message: 'invitationId: is not a name',
        outcome: 'not_sent',
      });
    }
    assert.equal(arrivals().length, before);
  });

  it('serves two methods at one path, and names both to any other', async () => {
    partner.api.next({ body: { invitations: [invited.invitation] } });
    const listed = await client.listInvitations({ environment: 'sandbox' });
    assert.deepEqual(listed.result.invitations, [invited.invitation]);
    assert.equal(`${last().method} ${last().path}`, 'GET /v1/invitations');
    const request = {
      email: 'ada@example.com',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
    };
    await client.createInvitation({ environment: 'sandbox', request });
    assert.equal(`${last().method} ${last().path}`, 'POST /v1/invitations');
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await bff.call(invitations, { method });
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST, GET']);
      assert.equal(failureIn(answer).message, 'Only POST and GET are possible here.');
    }
    const answer = await bff.call(`${invitations}/inv_1`, post());
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET']);
  });

  it('passes on what its query names, and nothing else', async () => {
    const body = { invitations: [] };
    partner.api.next({ body }, { body }, { body });
    await client.listInvitations({ environment: 'sandbox', status: 'pending' });
    assert.equal(last().path, '/v1/invitations?status=pending');
    await bff.call(`${invitations}?other=1`);
    assert.equal(last().path, '/v1/invitations');
    await bff.call(`${invitations}?status[x]=a`);
    assert.equal(last().path, '/v1/invitations');
    for (const query of ['?status=A', '?status=a&status=b', '?status='])
      assert.equal((await bff.call(invitations + query)).status, 400, query);
  });

  it('sends a write without a body once for its key, and tells the same key about another from this one', async () => {
    const once = { environment: 'sandbox', idempotencyKey: 'a-key' };
    const first = await client.revokeInvitation({ ...once, invitationId: 'inv_1' });
    assert.deepEqual([first.result, first.replayed], [invited, false]);
    const { method, path, headers, body } = last();
    assert.deepEqual([method, path, body], ['POST', '/v1/invitations/inv_1:revoke', '']);
    assert.deepEqual([headers['content-type'], headers['content-length']], [undefined, '0']);
    const before = arrivals().length;
    const again = await client.revokeInvitation({ ...once, invitationId: 'inv_1' });
    assert.deepEqual([again.result, again.replayed], [invited, true]);
    const other = client.revokeInvitation({ ...once, invitationId: 'inv_2' });
    await assert.rejects(other, ({ status, failure }: ClientError) => {
      assert.deepEqual([status, failure?.code], [422, 'IDEMPOTENCY_MISMATCH']);
      return true;
    });
    assert.equal(arrivals().length, before);
    const { activity } = await client.activity({ environment: 'sandbox' });
    assert.deepEqual([activity[0]?.operation, activity[0]?.state], ['revokeInvitation', 'succeeded']);
  });

  it('says what became of such a write, and in the row’s own words what a 404 means', async () => {
    partner.api.next({ status: 500 }, { status: 404 });
    const write = () => client.revokeInvitation({ environment: 'sandbox', invitationId: 'inv_1' });
    await assert.rejects(write(), { outcome: 'unknown' });
    await assert.rejects(write(), ({ message, outcome }: ClientError) => {
      assert.equal(outcome, 'refused');
      assert.match(message, /There is no such invitation\./);
      return true;
    });
    const line = JSON.parse(bff.logLines.at(-1) ?? '');
    assert.deepEqual([line.operation, line.outcome, line.status], ['revokeInvitation', 'refused', 404]);
  });

  it('wants such a write confirmed where it is protected', async () => {
    const write = { environment: 'production', invitationId: 'inv_1' };
    await assert.rejects(client.revokeInvitation(write), { status: 428, outcome: 'not_sent' });
    assert.equal((await client.revokeInvitation({ ...write, confirm: 'production' })).partner.status, 201);
  });

  it('counts reads and writes by its rows', async () => {
    const policies = async (path: string, init?: CallInit) =>
      (await bff.call(path, init)).headers.get('ratelimit-policy')?.replaceAll(/; w=60; pk=:[^:]+:/g, '');
    const atTheDoor = '"per-caller"; q=6000';
    assert.equal(await policies(`${invitations}/inv_1`), atTheDoor);
    assert.equal(await policies(revoke, post()), `${atTheDoor}, "writes-per-caller"; q=2000`);
    const guarded = revoke.replace('sandbox', 'production');
    const confirmed = post({ 'x-confirm-environment': 'production' });
    assert.equal(await policies(guarded, confirmed), `${atTheDoor}, "protected-writes-per-caller"; q=1000`);
  });

  it('grants each row by its name, and says so', async () => {
    const headers = { authorization: `Bearer ${keys.ada}` };
    assert.equal((await bff.call(`${invitations}/inv_1`, { headers })).status, 200);
    for (const [path, init, operation] of [
      [invitations, { headers }, 'listInvitations'],
      [revoke, post(headers), 'revokeInvitation'],
    ] as const) {
      const answer = await bff.call(path, init);
      assert.equal(answer.status, 403);
      assert.deepEqual(failureIn(answer).details, { missingGrant: `sandbox:${operation}` });
    }
    const ofAda = createClientOf(otherTable, { baseUrl: bff.url, accessKey: keys.ada });
    const [sandbox] = (await ofAda.environments()).environments;
    assert.deepEqual([sandbox?.id, sandbox?.grants], ['sandbox', ['getInvitation']]);
    const [all] = (await client.environments()).environments;
    for (const name of ['listInvitations', 'getInvitation', 'revokeInvitation'])
      assert(all?.grants.includes(name), name);
  });

  it('goes by the words of a path before its parameters', async () => {
    // `documents/batch` could be a document of that name.
    const { submitDocumentBatch } = endpoints;
    const getDocument = {
      ...otherTable.getInvitation,
      path: '/api/environments/:environment/documents/:invitationId',
    } as const;
    await using other = await startBffWith(
      { sandbox: partner },
      {},
      { described: { ...otherDescribed, table: { getDocument, submitDocumentBatch } } },
    );
    const answer = await other.call('/api/environments/sandbox/documents/batch');
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
    assert.equal((await other.call('/api/environments/sandbox/documents/doc_1')).status, 200);
  });
});
