import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent } from 'undici';
import { freePort } from '../../../scripts/free-port.ts';
import { BffError } from '../../../server/bff-error.ts';
import { Secret } from '../../../server/secret.ts';
import { createTokenRequest } from '../../../server/tokens/token-request.ts';
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

  await t.test('is the grant of Pearsana’s page: a form with id, secret and scopes', async () => {
    await ask(undefined, { scopes: [ping, users] });
    const { method, path, headers, body } = server.auth.arrivals.at(-1) ?? assert.fail();
    assert.equal(`${method} ${path}`, 'POST /oauth2/token');
    assert.match(headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
    assert.equal(headers.authorization, undefined);
    assert.match(headers['user-agent'] ?? '', /^[\w-]+\/[\d.]+$/);
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
    ['with a lifetime and its unit', { expires_in: ' 240s' }, 240],
    ['with a lifetime and its unit in words', { expires_in: '240.5 seconds' }, 240.5],
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
  const huge = 'canary '.repeat(20_000);
  const refused = (error: string, status = 400): Reply => ({
    status,
    body: { error, error_description: 'canary' },
  });
  const table: { what: string; reply: Reply; code: string; message?: RegExp }[] = [
    { what: 'an empty 200', reply: { body: '' }, code: 'AUTH_BAD_RESPONSE' },
    {
      what: 'an empty 200 that says JSON',
      reply: { body: '', headers: { 'content-type': 'application/json' } },
      code: 'AUTH_BAD_RESPONSE',
    },
    { what: 'a page with 200', reply: html, code: 'AUTH_BAD_RESPONSE' },
    {
      what: 'a token that calls itself text',
      reply: { body: JSON.stringify(token({}).body) },
      code: 'AUTH_BAD_RESPONSE',
    },
    { what: 'an array', reply: { body: [] }, code: 'AUTH_BAD_RESPONSE' },
    {
      what: 'null',
      reply: { body: 'null', headers: { 'content-type': 'application/json' } },
      code: 'AUTH_BAD_RESPONSE',
    },
    { what: 'no token', reply: token({ access_token: undefined }), code: 'AUTH_BAD_RESPONSE' },
    { what: 'an empty token', reply: token({ access_token: '' }), code: 'AUTH_BAD_RESPONSE' },
    { what: 'a token that is a number', reply: token({ access_token: 5 }), code: 'AUTH_BAD_RESPONSE' },
    ...['two words', 'tökën', 'a\r\nX-Evil: 1', 'a\0'].map(
      (access_token): { what: string; reply: Reply; code: string; message: RegExp } => ({
        what: `the token ${JSON.stringify(access_token)}`,
        reply: token({ access_token }),
        code: 'AUTH_BAD_RESPONSE',
        message: /characters that no token may have/,
      }),
    ),
    { what: 'no type', reply: token({ token_type: undefined }), code: 'AUTH_BAD_RESPONSE' },
    { what: 'a token of type mac', reply: token({ token_type: 'mac' }), code: 'AUTH_BAD_RESPONSE' },
    { what: 'a token of type DPoP', reply: token({ token_type: 'DPoP' }), code: 'AUTH_BAD_RESPONSE' },
    ...[0, -1, 'abc', null, {}, '1e999'].map((expires_in): { what: string; reply: Reply; code: string } => ({
      what: `a lifetime of ${JSON.stringify(expires_in)}`,
      reply: token({ expires_in }),
      code: 'AUTH_BAD_RESPONSE',
    })),
    {
      what: 'more than 64 KB',
      reply: token({ padding: 'x'.repeat(64 * 1024) }),
      code: 'AUTH_BAD_RESPONSE',
      message: /larger than 64 KB/,
    },
    {
      what: 'JSON that breaks off',
      reply: { body: '{"access_token":"canary', headers: { 'content-type': 'application/json' } },
      code: 'AUTH_BAD_RESPONSE',
    },
    {
      what: 'less than it claims',
      reply: { ...token({}), claimedLength: 5_000 },
      code: 'AUTH_UNREACHABLE',
      message: /^The connection to .* ended before its answer was complete \(UND_ERR_SOCKET\)/,
    },
    {
      what: 'no scope of ours',
      reply: token({ scope: 'openid' }),
      code: 'SCOPE_NOT_ENABLED',
      message: /^The scope pearsana-partner\/ping is not enabled.*App Clients/,
    },
    { what: 'an empty scope', reply: token({ scope: '' }), code: 'SCOPE_NOT_ENABLED' },
    {
      what: 'invalid_scope',
      reply: refused('invalid_scope'),
      code: 'SCOPE_NOT_ENABLED',
      message: /pearsana-partner\/ping/,
    },
    {
      what: 'invalid_client by 400',
      reply: refused('invalid_client'),
      code: 'CLIENT_CREDENTIALS_REJECTED',
      message: /client id or secret/,
    },
    {
      what: 'invalid_client by 401',
      reply: refused('invalid_client', 401),
      code: 'CLIENT_CREDENTIALS_REJECTED',
    },
    {
      what: 'a challenge',
      reply: { ...refused('invalid_client', 401), headers: { 'www-authenticate': 'Basic realm="a"' } },
      code: 'CLIENT_CREDENTIALS_REJECTED',
    },
    {
      what: 'unauthorized_client',
      reply: refused('unauthorized_client'),
      code: 'CLIENT_CREDENTIALS_REJECTED',
    },
    {
      what: 'unsupported_grant_type',
      reply: refused('unsupported_grant_type'),
      code: 'AUTH_BAD_RESPONSE',
      message: /unsupported_grant_type/,
    },
    {
      what: 'an error that is no code',
      reply: refused('canary <b>'),
      code: 'AUTH_BAD_RESPONSE',
      message: /status 400/,
    },
    { what: '404', reply: { ...html, status: 404 }, code: 'AUTH_BAD_RESPONSE' },
    { what: '201', reply: { ...token({}), status: 201 }, code: 'AUTH_BAD_RESPONSE' },
    { what: '204', reply: { status: 204 }, code: 'AUTH_BAD_RESPONSE' },
    { what: '500', reply: { ...html, status: 500 }, code: 'AUTH_UNREACHABLE', message: /status 500/ },
    {
      what: '503 with an OAuth error',
      reply: refused('temporarily_unavailable', 503),
      code: 'AUTH_UNREACHABLE',
      message: /status 503/,
    },
    {
      what: '429 with the error of a wrong secret',
      reply: { status: 429, body: { error: 'invalid_client' } },
      code: 'AUTH_UNREACHABLE',
      message: /status 429/,
    },
    {
      what: '503 with the error of a scope that is not enabled',
      reply: { status: 503, body: { error: 'invalid_scope' } },
      code: 'AUTH_UNREACHABLE',
      message: /status 503/,
    },
    { what: '429', reply: { ...html, status: 429 }, code: 'AUTH_UNREACHABLE', message: /status 429/ },
    {
      what: 'a reset',
      reply: { fault: 'reset-after-body' },
      code: 'AUTH_UNREACHABLE',
      message: /^The connection to .* ended .*(ECONNRESET|UND_ERR_SOCKET)/,
    },
    ...[408, 425, 499].map((status) => ({
      what: String(status),
      reply: { ...html, status },
      code: 'AUTH_UNREACHABLE',
      message: /cannot answer at the moment/,
    })),
    ...(
      [
        [503, 'AUTH_UNREACHABLE', /status 503/],
        [429, 'AUTH_UNREACHABLE', /status 429/],
        [401, 'AUTH_BAD_RESPONSE', /client id or secret may be wrong/],
        [302, 'AUTH_BAD_RESPONSE', /does not follow redirects/],
        [404, 'AUTH_BAD_RESPONSE', /status 404.*check the auth URL/],
      ] as const
    ).flatMap(([status, code, message]) => [
      { what: `${status} and a huge page`, reply: { ...html, body: huge, status }, code, message },
      {
        what: `${status} and a body that is not compressed as it says`,
        reply: { ...html, headers: { 'content-encoding': 'gzip' }, status },
        code,
        message,
      },
    ]),
    ...['an hour', '1 hour', '60m', '3,600', '2026-11-27T00:00:00Z', '0x10', '', '1e3'].map(
      (expires_in): { what: string; reply: Reply; code: string; message: RegExp } => ({
        what: `a lifetime of “${expires_in}”`,
        reply: token({ expires_in }),
        code: 'AUTH_BAD_RESPONSE',
        message: /expires_in is no number of seconds/,
      }),
    ),
    { what: 'an early reset', reply: { fault: 'reset-before-body' }, code: 'AUTH_UNREACHABLE' },
  ];
  for (const { what, reply, code, message = /sandbox/ } of table) {
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
    [503, ['7', '9'], 7],
  ] as const) {
    await t.test(`reads Retry-After: ${header} of a ${status} as ${seconds}`, async () => {
      const error = await failureWith({ status, headers: { 'retry-after': header }, body: '' });
      assert.equal(error.retryAfterSeconds, seconds);
    });
  }

  await t.test('names each scope that was not granted', async () => {
    const error = await failureWith(token({ scope: ping }), { scopes: [ping, users] });
    assert.deepEqual([error.code, error.details], ['SCOPE_NOT_ENABLED', { scopes: [users] }]);
    const both = await failureWith(token({ scope: '' }), { scopes: [ping, users] });
    assert.deepEqual(both.details, { scopes: [ping, users] });
    const some = await failureWith(
      { status: 400, body: { error: 'invalid_scope' } },
      { scopes: [ping, users] },
    );
    assert(some.message.startsWith(`One of the scopes ${ping} and ${users} is not enabled`), some.message);
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
