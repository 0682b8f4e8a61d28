import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it, test } from 'node:test';
import { createApi } from '../../../server/local-pearsana/api.ts';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { callApi, postJson, type Reply, tokenFor, versioned } from './call-local-pearsana.ts';

const ping = 'pearsana-partner/ping';
const usersWrite = 'pearsana-partner/partners.users:write';
const invitationsWrite = 'pearsana-partner/partners.invitations:write';
const externalRefsWrite = 'pearsana-partner/partners.externalRefs:write';
const documentsWrite = 'pearsana-partner/partners.documents:write';
const externalRefsRead = 'pearsana-partner/partners.externalRefs:read';
const verificationsWrite = 'pearsana-partner/partners.verifications:write';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

function assertRefusal(reply: Reply, status: number, code: string, details?: unknown): void {
  assert.equal(reply.status, status);
  const { message, ...rest } = reply.body.error as Record<string, unknown>;
  assert(typeof message === 'string' && message !== '');
  const requestId = reply.headers.get('x-request-id');
  assert.deepEqual(rest, details === undefined ? { code, requestId } : { code, details, requestId });
}

test('the API of the local Pearsana', async (t) => {
  await using pearsana = await startLocalPearsana();
  const token = await tokenFor(pearsana);

  await t.test('answers /health without a token', async () => {
    const { status, body } = await callApi(pearsana, 'GET', '/health');
    assert.equal(status, 200);
    assert.deepEqual(body, { status: 'ok' });
  });

  await t.test('answers /ping with the client and its scopes, without a version', async () => {
    const headers = bearer(await tokenFor(pearsana, ping));
    const { status, body } = await callApi(pearsana, 'GET', '/ping', { headers });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      status: 'ok',
      message: 'Authorized',
      clientId: pearsana.clientId,
      scopes: [ping],
    });
  });

  for (const [path, status] of [
    ['/health', 200],
    ['/ping', 401],
    ['/nothing', 404],
  ] as const) {
    await t.test(`names its versions, and no software or ETag, when it answers ${status}`, async () => {
      const reply = await callApi(pearsana, 'GET', path);
      assert.equal(reply.status, status);
      for (const name of ['x-api-version', 'x-api-version-latest', 'x-api-version-supported']) {
        assert.equal(reply.headers.get(name), '2026-01-30');
      }
      assert.match(reply.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(reply.headers.get('x-powered-by'), null);
      assert.equal(reply.headers.get('etag'), null);
    });
  }

  for (const [sent, kept] of [
    ['Order-66_a.b', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['two words', false],
    ['<b>', false],
  ] as const) {
    await t.test(
      `${kept ? 'keeps' : 'replaces'} the request id ${sent.slice(0, 20)} (${sent.length})`,
      async () => {
        const { headers } = await callApi(pearsana, 'GET', '/health', { headers: { 'X-Request-Id': sent } });
        assert.equal(headers.get('x-request-id') === sent, kept);
      },
    );
  }

  const unauthorized: [string, () => Record<string, string> | Promise<Record<string, string>>][] = [
    ['no token', () => ({})],
    ['another scheme', () => ({ Authorization: `Basic ${token}` })],
    ['what is no JWT', () => bearer('abc')],
    [
      'a token with a foreign signature',
      () => bearer(`${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(342)}`),
    ],
    ['an unsigned token', () => bearer(unsigned(token))],
  ];
  for (const [what, headers] of unauthorized) {
    await t.test(`refuses ${what} with 401`, async () => {
      const reply = await callApi(pearsana, 'GET', '/ping', { headers: await headers() });
      assertRefusal(reply, 401, 'UNAUTHORIZED');
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
    });
  }

  await t.test('refuses the token of another authorisation server with 401', async () => {
    await using other = await startLocalPearsana();
    const headers = bearer(await tokenFor(other, ping));
    assertRefusal(await callApi(pearsana, 'GET', '/ping', { headers }), 401, 'UNAUTHORIZED');
  });

  await t.test('accepts a token until it expires', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const headers = bearer(await tokenFor(pearsana, ping));
    t.mock.timers.tick(3_598_000);
    assert.equal((await callApi(pearsana, 'GET', '/ping', { headers })).status, 200);
    t.mock.timers.tick(2_000);
    assertRefusal(await callApi(pearsana, 'GET', '/ping', { headers }), 401, 'UNAUTHORIZED');
  });

  for (const { method, path, required, provided } of [
    { method: 'GET', path: '/ping', required: [ping], provided: [usersWrite] },
    { method: 'POST', path: '/v1/users', required: [usersWrite], provided: [ping, externalRefsWrite] },
    {
      method: 'POST',
      path: '/v1/invitations',
      required: [invitationsWrite, externalRefsWrite],
      provided: [invitationsWrite],
    },
    {
      method: 'POST',
      path: '/v1/invitations',
      required: [invitationsWrite, externalRefsWrite],
      provided: [externalRefsWrite],
    },
    ...['/v1/documents:submit', '/v1/documents:submitBatch'].flatMap((path) =>
      [[documentsWrite], [externalRefsRead], [verificationsWrite]].map((provided) => ({
        method: 'POST',
        path,
        required: [documentsWrite, externalRefsRead],
        provided,
      })),
    ),
  ]) {
    await t.test(`refuses ${method} ${path} with 403 to a token for ${provided.join(' ')}`, async () => {
      const headers = bearer(await tokenFor(pearsana, ...provided));
      const reply = await callApi(pearsana, method, path, { headers });
      assertRefusal(reply, 403, 'INSUFFICIENT_SCOPE', { requiredScopes: required, providedScopes: provided });
    });
  }

  for (const version of [undefined, '', '2025-01-01', '2026-01-30, 2026-01-30']) {
    await t.test(`refuses the version ${version} with 410`, async () => {
      const headers = { ...bearer(token), ...(version !== undefined && { 'X-API-Version': version }) };
      const reply = await callApi(pearsana, 'POST', '/v1/users', { headers });
      assertRefusal(reply, 410, 'UNSUPPORTED_API_VERSION', { oldestSupportedVersion: '2026-01-30' });
    });
  }

  for (const path of [
    '/',
    '/v1',
    '/v1/users/',
    '/V1/users',
    '/v1/documents',
    '/v1/documentsX',
    '/health/x',
  ]) {
    await t.test(`has nothing at ${path}`, async () => {
      assertRefusal(await callApi(pearsana, 'POST', path, { headers: bearer(token) }), 404, 'NOT_FOUND');
    });
  }

  for (const [method, path, allowed] of [
    ['POST', '/health', 'GET'],
    ['POST', '/ping', 'GET'],
    ['GET', '/v1/users', 'POST'],
    ['DELETE', '/v1/invitations', 'POST'],
    ['GET', '/v1/documents:submit', 'POST'],
    ['PUT', '/v1/documents:submitBatch', 'POST'],
  ] as const) {
    await t.test(`refuses ${method} ${path} with 405`, async () => {
      const reply = await callApi(pearsana, method, path, { headers: bearer(token) });
      assertRefusal(reply, 405, 'METHOD_NOT_ALLOWED');
      assert.equal(reply.headers.get('allow'), allowed);
    });
  }

  for (const path of ['/v1/users', '/v1/invitations']) {
    for (const [what, body, fault] of [
      ['broken JSON', '{"identity":', 'The request body must be valid JSON.'],
      ['a list', '[]', 'The request body must be an object.'],
      ['null', 'null', 'The request body must be an object.'],
    ] as const) {
      await t.test(`refuses ${what} at ${path} with 400`, async () => {
        const reply = await callApi(pearsana, 'POST', path, { headers: versioned(token), body });
        assertRefusal(reply, 400, 'VALIDATION_ERROR', { errors: [fault] });
      });
    }

    await t.test(`reads a body of 256 KB at ${path} and refuses a longer one with 413`, async () => {
      const longest = 'x'.repeat(256 * 1024 - '""'.length);
      assert.equal((await postJson(pearsana, token, path, longest)).status, 400);
      assertRefusal(await postJson(pearsana, token, path, `${longest}x`), 413, 'PAYLOAD_TOO_LARGE');
    });

    for (const [name, value] of [
      ['Content-Type', 'text/plain'],
      ['Content-Type', 'application/json; charset=latin1'],
      ['Content-Encoding', 'unknown'],
    ] as const) {
      await t.test(`refuses ${name}: ${value} at ${path} with 415`, async () => {
        const headers = { ...versioned(token), [name]: value };
        const reply = await callApi(pearsana, 'POST', path, { headers, body: '{}' });
        assertRefusal(reply, 415, 'UNSUPPORTED_MEDIA_TYPE');
      });
    }
  }

  await t.test('checks token, scopes, version, media type and body in this order', async () => {
    const wrong = { 'X-API-Version': 'old', 'Content-Type': 'text/plain', ...bearer('wrong') };
    const statuses: number[] = [];
    for (const mended of [
      {},
      bearer(await tokenFor(pearsana, ping)),
      bearer(token),
      { 'X-API-Version': '2026-01-30' },
      { 'Content-Type': 'application/json' },
    ]) {
      Object.assign(wrong, mended);
      statuses.push((await callApi(pearsana, 'POST', '/v1/users', { headers: wrong, body: '{' })).status);
    }
    assert.deepEqual(statuses, [401, 403, 410, 415, 400]);
  });
});

describe('a fault of the local Pearsana itself', () => {
  it('is answered with 500, and shown only to its developer', async (t) => {
    const emitWarning = t.mock.method(process, 'emitWarning', () => {});
    const fault = new Error('canary');
    const server = createApi(() => Promise.reject(fault), [], 0).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');

    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ping`, {
      headers: { Connection: 'close' },
    });
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.equal(JSON.parse(text).error.code, 'INTERNAL_ERROR');
    assert(!text.includes('canary'));
    assert.deepEqual(emitWarning.mock.calls[0]?.arguments, [fault]);
  });
});

/** The same claims under the algorithm "none" (RFC 8725, 2.1). */
function unsigned(token: string): string {
  const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  return `${header}.${token.split('.')[1]}.`;
}
