import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findKnown, obstacleOf } from '../../../extension/src/writes/known-person.ts';
import type { KnownWrite } from '../../../shared/activity.ts';
import { createClient } from '../../../shared/client.ts';
import { startTestBff } from '../../support/bff/test-bff.ts';

const references = [{ namespace: 'SIS', externalId: 'A-1' }];
const invitation = { environment: 'sandbox', operation: 'createInvitation', references } as const;
const request = {
  email: 'ada@example.edu',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: references,
};

describe('what is known of a person', () => {
  it('is asked of the BFF: nothing at first, then the invitation with its id', async () => {
    await using bff = await startTestBff();
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    assert.equal(await findKnown(client, invitation), undefined);
    const sent = await client.createInvitation({ environment: 'sandbox', request });
    const known = await findKnown(client, invitation);
    assert.equal(known?.requestId, sent.requestId);
    const words = obstacleOf(invitation, known ?? assert.fail(), Date.now());
    assert.equal(words.label, `Already invited just now (${sent.result.invitation.invitationId})`);
    // Another operation, and another person.
    assert.equal(await findKnown(client, { ...invitation, operation: 'createUser' }), undefined);
    const other = [{ namespace: 'SIS', externalId: 'A-2' }];
    assert.equal(await findKnown(client, { ...invitation, references: other }), undefined);
    assert.ok(await findKnown(client, { ...invitation, references: [...other, ...references] }));
  });

  it('keeps nobody from sending where it cannot be found out', async () => {
    const answers: (() => Promise<Response>)[] = [
      async () => Response.json({ error: { code: 'NOT_FOUND' } }, { status: 404 }),
      async () => new Response('<html>', { status: 502 }),
      async () => Promise.reject(new TypeError('fetch failed')),
      () => new Promise<never>(() => {}),
    ];
    for (const fetch of answers) {
      const client = createClient({ baseUrl: 'http://127.0.0.1:9', accessKey: 'x', fetch });
      assert.equal(await findKnown(client, invitation, 50), undefined);
    }
  });
});

describe('in words', () => {
  const startedAt = '2026-01-30T12:00:00.000Z';
  const now = Date.parse(startedAt) + 2 * 60_000;
  const known: KnownWrite = { id: '1', requestId: 'r-1', startedAt, state: 'succeeded', mine: true };
  const label = (more: Partial<KnownWrite>, about: Parameters<typeof obstacleOf>[0] = invitation) =>
    obstacleOf(about, { ...known, ...more }, now).label;

  it('says what was done, when, by whom and with which id', () => {
    const result = { invitation: { invitationId: 'inv_1' } };
    assert.equal(label({ result }), 'Already invited 2 min ago (inv_1)');
    assert.equal(label({ result, mine: false }), 'Already invited by somebody else 2 min ago (inv_1)');
    const user = { operation: 'createUser', references } as const;
    assert.equal(label({ result: { user: { userId: 'usr_1' } } }, user), 'Already created 2 min ago (usr_1)');
    assert.equal(label({}, user), 'Already created 2 min ago');
  });

  it('says that it is being sent, or that nobody knows', () => {
    assert.equal(label({ state: 'in_flight', mine: false }), 'Being invited by somebody else right now');
    assert.match(label({ state: 'unknown' }), /^The invitation for SIS A-1 \(.+\) has no known outcome$/);
    const { detail } = obstacleOf(invitation, { ...known, state: 'unknown' }, now);
    assert.match(detail, /^The invitation for SIS A-1 may have been sent\. Check the Pearsana portal/);
  });
});
