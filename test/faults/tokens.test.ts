import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import { createConnections } from '../../server/network/connections.ts';
import { createTransport } from '../../server/network/transport.ts';
import { inFlightLimits } from '../../server/partner/in-flight.ts';
import { Secret } from '../../server/secret.ts';
import { createTokenRequest } from '../../server/tokens/token-request.ts';
import { createTokenRoom } from '../../server/tokens/token-room.ts';
import { scopesOf } from '../../shared/endpoint-row.ts';
import { environmentsAnswer } from '../../shared/environments.ts';
import { type OperationName, operationNames, operations } from '../../shared/operations.ts';
import { failureIn, startBffWith } from '../support/bff/test-bff.ts';
import {
  type Arrived,
  pong,
  type Reply,
  startFaultServer,
  tokenReply,
} from '../support/partner/fault-server.ts';
import { sampleOf } from '../support/requests/good-requests.ts';
import { operationPath, partnerPath } from '../support/requests/paths.ts';
import { until } from '../support/until.ts';

const ping = '/api/environments/sandbox/ping';
const unlimited = { RATE_LIMIT_PER_MINUTE: '1000000' };
const isPing = (message: unknown) => (message as { request: { url?: string } }).request.url === ping;

/** Counts the pings that a BFF of this process has begun to answer. */
function countPings() {
  let begun = 0;
  const note = (message: unknown) => {
    if (isPing(message)) begun += 1;
  };
  subscribe('http.server.request.start', note);
  return {
    begun: () => begun,
    [Symbol.dispose]: () => void unsubscribe('http.server.request.start', note),
  };
}

describe('1,000 callers who come while there is no token', () => {
  it('cost one token request, and each has an answer', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, unlimited);
    const held = Promise.withResolvers<Reply>();
    partner.auth.next(() => held.promise);
    using pings = countPings();
    // A connection for each, so that all of them are in the BFF before the first has its token.
    const dispatcher = new Agent();
    const headers = { authorization: `Bearer ${bff.accessKey}` };
    const calls = Array.from({ length: 1_000 }, async () => {
      const answer = await undiciFetch(bff.url + ping, { headers, dispatcher });
      const text = await answer.text();
      return answer.status === 200
        ? 'success'
        : failureIn({ headers: new Headers([...answer.headers]), text }).code;
    });
    await until('all of them wait', () => pings.begun() === 1_000, 30_000);
    assert.equal(partner.auth.arrivals.length, 1);
    held.resolve(tokenReply('the-token'));
    const ends = await Promise.all(calls);
    await dispatcher.destroy();
    // A machine that does not carry 1,000 calls through their places within five seconds says BUSY to the last.
    const succeeded = ends.filter((end) => end === 'success').length;
    const busy = ends.filter((end) => end === 'BUSY').length;
    assert.equal(succeeded + busy, 1_000, [...new Set(ends)].join(', '));
    assert(succeeded > 0);
    assert.equal(partner.auth.arrivals.length, 1);
    assert.equal(partner.api.count('/ping'), succeeded);
    assert.deepEqual(
      new Set(partner.api.arrivals.map((each) => each.headers.authorization)),
      new Set(['Bearer the-token']),
    );
  });
});

describe('a token', () => {
  /** Whose token it is, written into it. */
  const grant = ({ body, path }: Arrived): Reply => {
    const form = new URLSearchParams(body);
    const scopes = form.get('scope')?.split(' ').sort().join('+');
    return tokenReply(`${path.split('/')[1]}.${form.get('client_secret')}.${scopes}`, {
      scope: form.get('scope'),
    });
  };

  it('of 2 environments and 4 scope sets is asked for 8 times, and goes with no call of another', async () => {
    await using partner = await startFaultServer();
    partner.auth.always(grant);
    const connections = createConnections();
    const environments = ['sandbox', 'production'];
    const tokens = createTokenRoom({
      credentials: environments.map((environment) => ({
        environment,
        authUrl: `${partner.auth.url}/${environment}`,
        clientId: 'the-same-client',
        clientSecret: new Secret(`secret-of-${environment}`),
      })),
      requestToken: createTokenRequest({ dispatcher: connections.fresh, timeoutMs: 5_000 }),
      transport: createTransport({ connections, timeoutMs: 5_000 }),
    });
    const sets = [['ping'], ['users'], ['users', 'refs'], ['refs']];
    const calls = Array.from({ length: 10 }, () =>
      environments.flatMap((environment) => sets.map((set) => ({ environment, set }))),
    ).flat();
    await Promise.all(
      calls.map(({ environment, set }) => {
        const expected = `${environment}.secret-of-${environment}.${[...set].sort().join('+')}`;
        const to = { baseUrl: partner.api.url, path: '/a' };
        return tokens.send(environment, set, { method: 'GET', ...to, headers: { expected }, writes: false });
      }),
    );
    await connections.close(0);
    assert.equal(partner.auth.arrivals.length, 8);
    assert.equal(partner.api.arrivals.length, calls.length);
    for (const { headers } of partner.api.arrivals)
      assert.equal(headers.authorization, `Bearer ${headers.expected}`);
  });

  it('of each row of the table carries its scopes alone, in each environment', async () => {
    await using partner = await startFaultServer();
    partner.auth.always(grant);
    const side = (name: string) => ({
      authUrl: `${partner.auth.url}/${name}`,
      apiUrl: `${partner.api.url}/${name}`,
      clientSecret: `secret-of-${name}`,
    });
    const partners = { sandbox: side('sandbox'), production: side('production') };
    await using bff = await startBffWith(partners, unlimited);
    const setOf = (name: OperationName) =>
      [...scopesOf(operations[name], sampleOf(name, 'marker'))].sort().join('+');
    const names = operationNames.filter((name) => setOf(name) !== '');
    const call = (environment: string, name: OperationName) => {
      const sample = sampleOf(name, 'marker');
      return bff.call(operationPath(name, environment), {
        method: operations[name].method,
        headers: { 'content-type': 'application/json', 'x-confirm-environment': environment },
        ...(sample !== undefined && { body: JSON.stringify(sample) }),
      });
    };
    const all = Object.keys(partners).flatMap((environment) => names.map((name) => ({ environment, name })));
    await Promise.all([...all, ...all, ...all].map(({ environment, name }) => call(environment, name)));
    const sets = new Set(names.map(setOf));
    assert.equal(partner.auth.arrivals.length, 2 * sets.size);
    for (const { environment, name } of all) {
      const arrived = partner.api.arrivals.filter(
        ({ path }) => path === `/${environment}${partnerPath(name)}`,
      );
      assert.equal(arrived.length, 3);
      const scopes = setOf(name);
      for (const { headers } of arrived)
        assert.equal(headers.authorization, `Bearer ${environment}.secret-of-${environment}.${scopes}`);
    }
  });
});

describe('fifty calls whose token is refused, one after the other over 500 ms', () => {
  it('cost one more token, and each is sent at most once more', async () => {
    await using partner = await startFaultServer();
    const connections = createConnections();
    const clientSecret = new Secret('a-secret');
    const tokens = createTokenRoom({
      credentials: [{ environment: 'sandbox', authUrl: partner.auth.url, clientId: 'id', clientSecret }],
      requestToken: createTokenRequest({ dispatcher: connections.fresh, timeoutMs: 5_000 }),
      transport: createTransport({ connections, timeoutMs: 5_000 }),
    });
    const call = (id: number) =>
      tokens.send('sandbox', ['ping'], {
        method: 'POST',
        baseUrl: partner.api.url,
        path: '/a',
        headers: { 'x-request-id': String(id) },
        body: Buffer.from('{}'),
        writes: true,
      });
    await tokens.ready('sandbox', ['ping']);
    partner.api.always(({ headers }) =>
      headers.authorization === 'Bearer token-1'
        ? { status: 401, delayMs: Number(headers['x-request-id']) * 10 }
        : { status: 201 },
    );
    const answers = await Promise.all(Array.from({ length: 50 }, (_, id) => call(id)));
    await connections.close(0);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(partner.auth.arrivals.length, 2);
    assert.equal(partner.api.arrivals.length, 100);
    assert.equal(new Set(partner.api.arrivals.map(({ headers }) => headers['x-request-id'])).size, 50);
  });

  it('through the whole BFF too, where some of them wait for their place', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, unlimited);
    await bff.call(ping);
    let refused = 0;
    const allAreThere = Promise.withResolvers<void>();
    partner.api.always(async ({ headers }) => {
      if (headers.authorization !== 'Bearer token-1') return { body: pong };
      refused += 1;
      const delayMs = refused * 10;
      if (refused === inFlightLimits.most) allAreThere.resolve();
      await allAreThere.promise;
      return { status: 401, delayMs };
    });
    const before = partner.api.arrivals.length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => bff.call(ping)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(partner.auth.arrivals.length, 2);
    assert.equal(refused, inFlightLimits.most);
    assert.equal(partner.api.arrivals.length - before, 50 + refused);
  });
});

describe('an authorisation server that hangs', () => {
  it('is waited for no longer than its time limit, by whoever comes when', async () => {
    await using partner = await startFaultServer();
    partner.auth.always({ fault: 'hang' });
    await using bff = await startBffWith({ sandbox: partner }, { ...unlimited, TOKEN_TIMEOUT_MS: '400' });
    const waited = async () => {
      const begun = performance.now();
      assert.equal(failureIn(await bff.call(ping)).code, 'AUTH_TIMEOUT');
      return performance.now() - begun;
    };
    const first = Array.from({ length: 20 }, waited);
    await delay(200);
    const late = Array.from({ length: 20 }, waited);
    // Generous, for a busy machine; were each to ask for himself, the last would wait for many seconds.
    assert(Math.max(...(await Promise.all([...first, ...late]))) < 1_000);
    assert.equal(partner.auth.arrivals.length, 1);
    assert.deepEqual(partner.api.arrivals, []);
  });

  it('fails none of the other 99 when one of its callers goes away', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, unlimited);
    const held = Promise.withResolvers<Reply>();
    partner.auth.next(() => held.promise);
    using pings = countPings();
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${bff.accessKey}` };
    const dispatcher = new Agent();
    // The first of all, for whom the request was begun.
    const leaving = undiciFetch(bff.url + ping, { headers, dispatcher, signal: gone.signal });
    const left = assert.rejects(leaving, { name: 'AbortError' });
    await until('it has asked for a token', () => partner.auth.arrivals.length === 1);
    const staying = Array.from({ length: 99 }, () => undiciFetch(bff.url + ping, { headers, dispatcher }));
    await until('all of them wait', () => pings.begun() === 100);
    gone.abort();
    await left;
    await until('the BFF has noticed', () => bff.logLines.some((line) => line.includes('went away')));
    held.resolve(tokenReply('the-token'));
    const answers = await Promise.all(staying);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    await Promise.all(answers.map((answer) => answer.text()));
    await dispatcher.destroy();
    assert.equal(partner.auth.arrivals.length, 1);
    assert.equal(partner.api.count('/ping'), 99);
  });
});

describe('a token answer with 200 that is none', () => {
  const changed = (more: object) => tokenReply('canary', more);
  const answers: Record<string, Reply> = {
    empty: { body: '' },
    'empty-json': { body: '', headers: { 'content-type': 'application/json' } },
    page: { body: '<html>canary</html>', headers: { 'content-type': 'text/html' } },
    'token-as-text': { body: JSON.stringify(changed({}).body) },
    array: { body: [] },
    'broken-off': {
      body: '{"access_token":"canary","token_',
      headers: { 'content-type': 'application/json' },
    },
    'cut-off': { ...changed({}), claimedLength: 5_000 },
    'too-large': changed({ padding: 'x'.repeat(64 * 1024) }),
    'no-token': changed({ access_token: undefined }),
    'empty-token': changed({ access_token: '' }),
    'number-for-token': changed({ access_token: 5 }),
    'no-type': changed({ token_type: undefined }),
    mac: changed({ token_type: 'mac' }),
    'no-life': changed({ expires_in: 0 }),
    'negative-life': changed({ expires_in: -1 }),
    'word-for-life': changed({ expires_in: 'soon' }),
    'null-for-life': changed({ expires_in: null }),
    redirect: { status: 302, headers: { location: '/elsewhere' } },
  };
  const names = Object.keys(answers);

  it('is not kept, nothing is sent for it, and the next try after the cool-down works', async () => {
    await using partner = await startFaultServer();
    const seen = new Map<string, number>();
    partner.auth.always(({ path }) => {
      const name = path.split('/')[1] ?? '';
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return seen.get(name) === 1 ? (answers[name] ?? assert.fail(path)) : tokenReply('good');
    });
    // An environment for each, so that their cool-downs pass together.
    const partners = names.map((name) => [name, { ...partner, authUrl: `${partner.authUrl}/${name}` }]);
    await using bff = await startBffWith(Object.fromEntries(partners), unlimited);
    const pingAll = () => Promise.all(names.map((name) => bff.call(operationPath('ping', name))));
    for (const round of ['the first', 'one within the cool-down']) {
      for (const [index, answer] of (await pingAll()).entries()) {
        assert.notEqual(answer.status, 200, names[index]);
        const failure = failureIn(answer);
        assert.equal(failure.source, 'auth', `${names[index]}, ${round}`);
        assert.match(failure.code, /^AUTH_(BAD_RESPONSE|UNREACHABLE)$/);
        assert.doesNotMatch(answer.text, /canary/);
      }
    }
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.deepEqual([...new Set(environments.map(({ tokens }) => tokens[0]?.state))], ['failing']);
    assert.deepEqual(
      [...seen.values()],
      names.map(() => 1),
    );
    assert.equal(partner.api.arrivals.length, 0);

    // A second at most, of the first cool-down.
    await delay(1_050);
    for (const [index, { status, text }] of (await pingAll()).entries())
      assert.equal(status, 200, `${names[index]}: ${text}`);
    assert.deepEqual(
      [...seen.values()],
      names.map(() => 2),
    );
    assert.deepEqual(
      new Set(partner.api.arrivals.map(({ headers }) => headers.authorization)),
      new Set(['Bearer good']),
    );
  });
});
