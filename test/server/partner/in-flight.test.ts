import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inFlightLimits, limitInFlight } from '../../../server/partner/in-flight.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { pong, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { until } from '../../support/until.ts';

const sandbox = { id: 'sandbox', apiUrl: 'https://api.example.com' };
const production = { id: 'production', apiUrl: 'https://api.example.com' };

describe('places in flight', () => {
  it('are for each environment and class, and BUSY says whose are taken', async () => {
    const enter = limitInFlight({ most: 2, longestWaitMs: 30 });
    const leave = await enter(sandbox, 'writes');
    await enter(sandbox, 'writes');
    await assert.rejects(enter(sandbox, 'writes'), {
      code: 'BUSY',
      status: 503,
      outcome: 'not_sent',
      retryable: true,
      retryAfterSeconds: 1,
      message: /2 writes are waiting for Pearsana \(sandbox\)/,
    });
    await Promise.all([
      enter(sandbox, 'reads'),
      enter(sandbox, 'reads'),
      enter(production, 'writes'),
      enter(production, 'writes'),
    ]);
    leave();
    await enter(sandbox, 'writes');
  });

  it('go to who waits, in his turn, and whoever gave up takes none', async () => {
    const enter = limitInFlight({ most: 1, longestWaitMs: 50 });
    const leave = await enter(sandbox, 'reads');
    await assert.rejects(enter(sandbox, 'reads'), { code: 'BUSY' });
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (each) => {
      const done = await enter(sandbox, 'reads');
      order.push(each);
      done();
    });
    leave();
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('that slow writes have taken leave a ping alone, through the whole BFF', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_PER_MINUTE: '1000000' });
    const held = Promise.withResolvers<Reply>();
    partner.api.always(({ path }) => (path === '/ping' ? { body: pong } : held.promise));
    const create = () =>
      bff.call(operationPath('createUser', 'sandbox'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(samples.createUser.least),
      });
    const most = inFlightLimits.most + 10;
    const writes = Array.from({ length: most }, create);
    await until('all places are taken', () => partner.api.count('/v1/users') === inFlightLimits.most);
    for (let call = 0; call < 5; call += 1)
      assert.equal((await bff.call(operationPath('ping', 'sandbox'))).status, 200);
    assert.equal(partner.api.count('/v1/users'), inFlightLimits.most);
    held.resolve({ status: 201 });
    for (const answer of await Promise.all(writes)) assert.equal(answer.status, 201, answer.text);
    assert.equal(partner.api.count('/v1/users'), most);
  });

  it('are not held by who waits for a token: the others have theirs', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith(
      { sandbox: partner },
      { RATE_LIMIT_PER_MINUTE: '1000000', TOKEN_TIMEOUT_MS: '800' },
    );
    partner.auth.always({ fault: 'hang' });
    const pings = Array.from({ length: inFlightLimits.most + 5 }, () =>
      bff.call(operationPath('ping', 'sandbox')),
    );
    await until('they wait', () => partner.auth.arrivals.length === 1);
    assert.equal((await bff.call(operationPath('health', 'sandbox'))).status, 200);
    for (const answer of await Promise.all(pings)) assert.equal(failureIn(answer).code, 'AUTH_TIMEOUT');
  });
});
