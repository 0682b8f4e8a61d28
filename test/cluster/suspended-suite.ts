// A BFF that stands still while somebody resolves its write must not send that write when it goes on. Most of its time is
// spent waiting for the lease, so it runs beside another test.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { activityAnswer } from '../../shared/activity.ts';
import { failureIn } from '../support/bff/test-bff.ts';
import { startCluster } from '../support/cluster/cluster.ts';
import { startFaultServer, tokenReply } from '../support/partner/fault-server.ts';
import { activityPath, operationPath } from '../support/requests/paths.ts';
import { samples } from '../support/requests/write-samples.ts';
import { until } from '../support/until.ts';

const create = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'idempotency-key': 'one-key' },
  body: JSON.stringify(samples.createUser.least),
};
const path = operationPath('createUser', 'sandbox');

export function testSuspended(): void {
  it('do not send what was resolved while they were suspended: it ends as not_sent, and arrives once, from another', async () => {
    await using partner = await startFaultServer();
    partner.api.always({ status: 201, body: { user: { userId: 'usr_1' } } });
    await using cluster = await startCluster({
      size: 2,
      partners: { sandbox: partner },
      // The first one's clocks run on while it is suspended, and only the lease may keep it from sending.
      variables: { TOKEN_TIMEOUT_MS: '600000', PARTNER_TIMEOUT_MS: '600000' },
    });
    const [first, second] = cluster.instances;
    assert(first && second);
    // The write is claimed before its token is asked for, and waits for it.
    const { promise: given, resolve: give } = Promise.withResolvers<void>();
    partner.auth.next({ ...tokenReply('a-token-that-comes-late'), after: given });
    const late = first.call(path, create);
    await until('the first one asks for a token', () => partner.auth.arrivals.length === 1);
    first.bff.freeze();

    let open: { id: string; state: string } | undefined;
    await until(
      'its write counts as unknown',
      async () => {
        await delay(250);
        const { body } = await second.call(activityPath('sandbox'));
        open = activityAnswer.parse(body).activity[0];
        assert.notEqual(open?.state, 'not_sent');
        return open?.state === 'unknown';
      },
      40_000,
    );
    const resolved = await second.call(`${activityPath('sandbox')}/${open?.id}/resolve`, {
      ...create,
      body: JSON.stringify({ happened: false }),
    });
    assert.equal(resolved.status, 200, resolved.text);
    // The same key is free again, and somebody uses it.
    assert.equal((await second.call(path, create)).status, 201);
    give();
    await delay(200);
    first.bff.thaw();
    const failure = failureIn(await late);
    assert.equal(failure.outcome, 'not_sent', JSON.stringify(failure));
    assert.equal(partner.api.count('/v1/users'), 1);
    // It goes on under a new lease.
    const answer = await first.call(path, { ...create, headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 201, answer.text);
  });
}
