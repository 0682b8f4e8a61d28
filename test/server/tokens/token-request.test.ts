import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent } from 'undici';
import { BffError } from '../../../server/bff-error.ts';
import { Secret } from '../../../server/secret.ts';
import { createTokenRequest } from '../../../server/tokens/token-request.ts';
import { freePort } from '../../support/bff/test-bff.ts';
import { type Reply, startFaultServer, tokenReply } from '../../support/partner/fault-server.ts';

const ping = 'pearsana-partner/ping';
const users = 'pearsana-partner/partners.users:write';
const secret = 'canary:secret +/?&=%';

test('a token request', async (t) => {
  const dispatcher = new Agent();
  await using server = await startFaultServer();
  t.after(() => dispatcher.destroy());

  function ask(authUrl = server.auth.url, { scopes = [ping], timeoutMs = 2_000 } = {}) {
    const credentials = { environment: 'sandbox', authUrl, clientId: 'id', clientSecret: new Secret(secret) };
    return createTokenRequest({ dispatcher, timeoutMs })(credentials, scopes);
  }

  /** The failure of one request that is answered like this; none may show the secret or a token. */
  async function failureWith(reply: Reply, options?: Parameters<typeof ask>[1]): Promise<BffError> {
    server.auth.next(reply);
    const error = await ask(undefined, options).then(
      () => assert.fail('It was believed.'),
      (thrown: unknown) => thrown,
    );
    assert(error instanceof BffError, String(error));
    assert.doesNotMatch(JSON.stringify([error, error.message, error.stack, error.cause ?? null]), /canary/);
    return error;
  }

  await t.test('is the grant of the partner’s page: a form with id, secret and scopes', async () => {
    await ask(undefined, { scopes: [ping, users] });
    const { method, path, headers, body } = server.auth.arrivals.at(-1) ?? assert.fail();
    assert.equal(`${method} ${path}`, 'POST /oauth2/token');
    assert.match(headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
    assert.equal(headers.authorization, undefined);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: 'client_credentials',
      client_id: 'id',
      client_secret: secret,
      scope: `${ping} ${users}`,
    });
  });

  for (const [what, changed, lifetime] of [
    ['of an hour', {}, 3600],
    ['without a lifetime', { expires_in: undefined }, 60],
    ['with a lifetime in quotes', { expires_in: '240' }, 240],
    ['without a scope, which means all of them', { scope: undefined }, 3600],
    ['with more scopes than asked for', { scope: `${users} ${ping}` }, 3600],
    ['of type bearer', { token_type: 'bearer' }, 3600],
    ['with a lifetime beyond all calendars', { expires_in: 1e15 }, 86_400],
  ] as const) {
    await t.test(`takes a token ${what}`, async () => {
      server.auth.next(tokenReply('good', changed));
      const { value, lifetimeSeconds } = await ask();
      assert.deepEqual([value.reveal(), lifetimeSeconds], ['good', lifetime]);
    });
  }

  const token = (changed: object) => tokenReply('canary', changed);
  const html = { headers: { 'content-type': 'text/html' }, body: '<html>canary</html>' };
  const refused = (error: string, status = 400): Reply => ({
    status,
    body: { error, error_description: 'canary' },
  });
  const table: [what: string, reply: Reply, code: string, message?: RegExp][] = [
    ['an empty 200', { body: '' }, 'AUTH_BAD_RESPONSE'],
    [
      'an empty 200 that says JSON',
      { body: '', headers: { 'content-type': 'application/json' } },
      'AUTH_BAD_RESPONSE',
    ],
    ['a page with 200', html, 'AUTH_BAD_RESPONSE'],
    ['a token that calls itself text', { body: JSON.stringify(token({}).body) }, 'AUTH_BAD_RESPONSE'],
    ['an array', { body: [] }, 'AUTH_BAD_RESPONSE'],
    ['null', { body: 'null', headers: { 'content-type': 'application/json' } }, 'AUTH_BAD_RESPONSE'],
    ['no token', token({ access_token: undefined }), 'AUTH_BAD_RESPONSE'],
    ['an empty token', token({ access_token: '' }), 'AUTH_BAD_RESPONSE'],
    ['a token that is a number', token({ access_token: 5 }), 'AUTH_BAD_RESPONSE'],
    ['no type', token({ token_type: undefined }), 'AUTH_BAD_RESPONSE'],
    ['a token of type mac', token({ token_type: 'mac' }), 'AUTH_BAD_RESPONSE'],
    ['a token of type DPoP', token({ token_type: 'DPoP' }), 'AUTH_BAD_RESPONSE'],
    ...[0, -1, 'abc', null, {}, '1e999'].map((expires_in): [string, Reply, string] => [
      `a lifetime of ${JSON.stringify(expires_in)}`,
      token({ expires_in }),
      'AUTH_BAD_RESPONSE',
    ]),
    ['more than 64 KB', token({ padding: 'x'.repeat(64 * 1024) }), 'AUTH_BAD_RESPONSE', /larger than 64 KB/],
    [
      'JSON that breaks off',
      { body: '{"access_token":"canary', headers: { 'content-type': 'application/json' } },
      'AUTH_BAD_RESPONSE',
    ],
    ['less than it claims', { ...token({}), claimedLength: 5_000 }, 'AUTH_UNREACHABLE'],
    [
      'no scope of ours',
      token({ scope: 'openid' }),
      'SCOPE_NOT_ENABLED',
      /pearsana-partner\/ping is not enabled.*App Clients/,
    ],
    ['an empty scope', token({ scope: '' }), 'SCOPE_NOT_ENABLED'],
    ['invalid_scope', refused('invalid_scope'), 'SCOPE_NOT_ENABLED', /pearsana-partner\/ping/],
    [
      'invalid_client by 400',
      refused('invalid_client'),
      'CLIENT_CREDENTIALS_REJECTED',
      /client id or secret/,
    ],
    ['invalid_client by 401', refused('invalid_client', 401), 'CLIENT_CREDENTIALS_REJECTED'],
    [
      'a challenge',
      { ...refused('invalid_client', 401), headers: { 'www-authenticate': 'Basic realm="a"' } },
      'CLIENT_CREDENTIALS_REJECTED',
    ],
    ['unauthorized_client', refused('unauthorized_client'), 'CLIENT_CREDENTIALS_REJECTED'],
    [
      'unsupported_grant_type',
      refused('unsupported_grant_type'),
      'AUTH_BAD_RESPONSE',
      /unsupported_grant_type/,
    ],
    ['an error that is no code', refused('canary <b>'), 'AUTH_BAD_RESPONSE', /status 400/],
    ['404', { ...html, status: 404 }, 'AUTH_BAD_RESPONSE'],
    ['201', { ...token({}), status: 201 }, 'AUTH_BAD_RESPONSE'],
    ['204', { status: 204 }, 'AUTH_BAD_RESPONSE'],
    ['500', { ...html, status: 500 }, 'AUTH_UNREACHABLE', /status 500/],
    ['503 with an OAuth error', refused('temporarily_unavailable', 503), 'AUTH_UNREACHABLE', /status 503/],
    ['429', { ...html, status: 429 }, 'AUTH_UNREACHABLE', /status 429/],
    ['a reset', { fault: 'reset-after-body' }, 'AUTH_UNREACHABLE', /ECONNRESET|UND_ERR_SOCKET/],
    ['an early reset', { fault: 'reset-before-body' }, 'AUTH_UNREACHABLE'],
  ];
  for (const [what, reply, code, message = /sandbox/] of table) {
    await t.test(`answered with ${what} is ${code}, and the next one works`, async () => {
      const error = await failureWith(reply);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.equal((await ask()).lifetimeSeconds, 3600);
    });
  }

  for (const [status, header, seconds] of [
    [429, '7', 7],
    [503, '3', 3],
    [503, 'soon', undefined],
    [500, '999999', 3600],
  ] as const) {
    await t.test(`reads Retry-After: ${header} of a ${status} as ${seconds}`, async () => {
      const error = await failureWith({ status, headers: { 'retry-after': header }, body: '' });
      assert.equal(error.retryAfterSeconds, seconds);
    });
  }

  await t.test('names each scope that was not granted', async () => {
    const error = await failureWith(token({ scope: ping }), { scopes: [ping, users] });
    assert.deepEqual([error.code, error.details], ['SCOPE_NOT_ENABLED', { scopes: [users] }]);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    await t.test(`follows no redirect (${status}): the secret goes nowhere else`, async () => {
      const error = await failureWith({
        status,
        headers: { location: `${server.api.url}/elsewhere` },
        body: '',
      });
      assert.equal(error.code, 'AUTH_BAD_RESPONSE');
      assert.equal(server.api.arrivals.length, 0);
    });
  }

  for (const [what, reply] of [
    ['hangs', { fault: 'hang' }],
    ['drips', { ...tokenReply('canary'), dripMs: 20 }],
  ] as const) {
    await t.test(`that ${what} ends within its limit`, async () => {
      const started = performance.now();
      const error = await failureWith(reply, { timeoutMs: 100 });
      assert.equal(error.code, 'AUTH_TIMEOUT');
      assert.match(error.message, /did not answer within 0\.1 s/);
      const took = performance.now() - started;
      assert(took > 90 && took < 1_000, `${took} ms`);
    });
  }

  await t.test('to nobody is AUTH_UNREACHABLE, with the system’s code', async () => {
    await assert.rejects(ask(`http://127.0.0.1:${await freePort()}`), {
      code: 'AUTH_UNREACHABLE',
      message: /could not be reached \(ECONNREFUSED\)/,
      retryable: true,
    });
  });
});
