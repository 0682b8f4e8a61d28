import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { version } from '../../../../server/version.ts';
import { createClient } from '../../../../shared/client.ts';
import { environmentsAnswer, sessionAnswer } from '../../../../shared/environments.ts';
import { operationNames } from '../../../../shared/operations.ts';
import { type Answer, startTestBff } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { partnerVariables, uncalledPartner } from '../../../support/partner/partner-variables.ts';

const ping = 'pearsana-partner/ping';

test('the BFF’s answers', async (t) => {
  await using bff = await startTestBff({ pearsana: { tokenLifetimeSeconds: 240 }, production: {} });

  const tokensOf = async () => {
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    return Object.fromEntries(environments.map(({ id, tokens }) => [id, tokens.map(({ state }) => state)]));
  };

  // This comes first, while there is no token.
  await t.test('list the environments, sandbox before production, and ask for no token', async () => {
    const { status, body } = await bff.call('/api/environments', { headers: { 'x-request-id': 'mine' } });
    assert.equal(status, 200);
    const of = (id: string, apiUrl: string | undefined) => ({
      id,
      name: id,
      kind: id,
      protected: id === 'production',
      apiUrl,
      grants: operationNames,
      tokens: [],
    });
    assert.deepEqual(body, {
      requestId: 'mine',
      environments: [of('sandbox', bff.pearsana.apiUrl), of('production', bff.production?.apiUrl)],
      fileLimits: { document: 10 * 1024 * 1024, batch: 25 * 1024 * 1024 },
    });
    assert.deepEqual(await tokensOf(), { sandbox: [], production: [] });
  });

  await t.test('are never “not modified”', async () => {
    // By hand: fetch would add a header that forbids that answer.
    const head = { Host: '127.0.0.1', Authorization: `Bearer ${bff.accessKey}`, 'If-None-Match': '*' };
    const { status } = await rawRequest(bff.url, rawHead('/api/session', head));
    assert.equal(status, 200);
  });

  await t.test('to health need no token', async () => {
    const { status } = await bff.call('/api/environments/sandbox/health');
    assert.equal(status, 200);
    assert.deepEqual(await tokensOf(), { sandbox: [], production: [] });
    assert.equal(bff.pearsana.arrivals.at(-1)?.authenticated, false);
  });

  await t.test(
    'to a ping name environment, request and what Pearsana said, in the contract’s form',
    async () => {
      const answer = await bff.call('/api/environments/production/ping', {
        headers: { 'x-request-id': 'a.b-c_1' },
      });
      assert.equal(answer.status, 200);
      const { partner, ...rest } = answer.body as Record<string, Record<string, unknown>>;
      assert.deepEqual(rest, {
        environment: 'production',
        requestId: 'a.b-c_1',
        result: { status: 'ok', message: 'Authorized', clientId: bff.production?.clientId, scopes: [ping] },
      });
      const { durationMs, ...facts } = partner ?? {};
      assert(typeof durationMs === 'number' && durationMs > 0);
      assert.deepEqual(facts, {
        status: 200,
        requestId: 'a.b-c_1',
        apiVersion: '2026-01-30',
        apiVersionLatest: '2026-01-30',
        apiVersionSupported: '2026-01-30',
      });
      assert.equal(answer.headers.get('x-request-id'), 'a.b-c_1');
      assert.equal(bff.production?.arrivals.at(-1)?.requestId, 'a.b-c_1');
      assert.deepEqual(await tokensOf(), { sandbox: [], production: ['fresh'] });
    },
  );

  await t.test('are those that the typed client expects', async () => {
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    for (const environment of ['sandbox', 'production']) {
      assert.equal((await client.ping({ environment })).result.message, 'Authorized');
      assert.equal((await client.health({ environment })).result.status, 'ok');
    }
    assert.deepEqual((await client.environments()).environments.length, 2);
  });

  await t.test('say who the caller is', async () => {
    const { status, body } = await bff.call('/api/session');
    assert.equal(status, 200);
    const { requestId, time, ...rest } = sessionAnswer.parse(body);
    assert.ok(Math.abs(Date.parse(time ?? '') - Date.now()) < 60_000, time);
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, { caller: { id: 'access-key', kind: 'access-key' }, grants: ['*:*'] });
  });

  await t.test('say that it lives and is ready, to everybody, without asking anybody', async () => {
    const arrivals = bff.pearsana.arrivals.length;
    const expected = { '/livez': { status: 'ok', version }, '/readyz': { status: 'ready' } };
    for (const [path, body] of Object.entries(expected)) {
      const answer = await bff.call(path, { headers: { authorization: '' } });
      assert.deepEqual([answer.status, answer.body], [200, body]);
    }
    assert.equal(bff.pearsana.arrivals.length, arrivals);
  });

  await t.test('ignore a query and a body where none is meant', async () => {
    assert.equal((await bff.call('/api/environments/sandbox/ping?environment=production&a=b')).status, 200);
    assert.equal(bff.pearsana.arrivals.at(-1)?.path, '/ping');
  });

  await t.test('carry the headers of an API, whatever they are', async () => {
    const answers: Record<string, Answer> = {
      success: await bff.call('/api/session'),
      ping: await bff.call('/api/environments/sandbox/ping'),
      failure: await bff.call('/api/nothing'),
      unauthorized: await bff.call('/api/session', { headers: { authorization: '' } }),
      probe: await bff.call('/livez'),
    };
    for (const [what, { headers }] of Object.entries(answers)) {
      const expected = {
        'content-security-policy':
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'content-type': 'application/json; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
      };
      for (const [name, value] of Object.entries(expected)) assert.equal(headers.get(name), value, what);
      for (const name of ['x-powered-by', 'server', 'etag', 'set-cookie', 'access-control-allow-origin']) {
        assert.equal(headers.get(name), null, `${name} of ${what}`);
      }
      assert.equal(headers.get('cache-control'), what === 'probe' ? null : 'no-store', what);
    }
  });
});

describe('environments of several kinds', () => {
  it('stand in order, with the local Pearsana last, and fail alone', async () => {
    await using bff = await startTestBff({
      variables: {
        BFF_LOCAL: 'true',
        ...partnerVariables({ abc: uncalledPartner }),
      },
    });
    assert.equal((await bff.call('/api/environments/local/ping')).status, 200);
    assert.equal((await bff.call('/api/environments/abc/ping')).status, 503);
    assert.equal((await bff.call('/api/environments/sandbox/ping')).status, 200);
    assert.equal((await bff.call('/readyz')).status, 200);
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.deepEqual(
      environments.map(({ id, kind, tokens }) => `${id} ${kind} ${tokens.map(({ state }) => state)}`),
      ['sandbox sandbox fresh', 'abc other failing', 'local local fresh'],
    );
  });
});
