import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { environmentsAnswer } from '../../../shared/environments.ts';
import type { Failure } from '../../../shared/errors.ts';
import { failureIn, freePort, startBffWith } from '../../support/bff/test-bff.ts';
import { pong, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';

const path = '/api/environments/sandbox/ping';
const said = (code: string, more: object = {}) => ({
  error: { code, message: 'Their <b>words</b>.', requestId: 'theirs', ...more },
});
const html = { headers: { 'content-type': 'text/html' }, body: '<html>a page</html>' };

type Expected = [status: number, code: string, retryable: boolean, message?: RegExp];

test('a partner that fails', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner },
    { PARTNER_TIMEOUT_MS: '600', RATE_LIMIT_PER_MINUTE: '1000' },
  );

  const refusals: [what: string, reply: Reply, ...Expected][] = [
    [
      '403 with details',
      { status: 403, body: said('INSUFFICIENT_SCOPE', { details: { requiredScopes: ['a'] } }) },
      502,
      'INSUFFICIENT_SCOPE',
      false,
      /do not allow “Ping”, which needs a\. It says: “Their <b>words<\/b>\.”/,
    ],
    ['403 with a page', { ...html, status: 403 }, 502, 'INSUFFICIENT_SCOPE', false],
    [
      '400',
      { status: 400, body: said('VALIDATION_ERROR', { details: { errors: ['a'] } }) },
      400,
      'VALIDATION_ERROR',
      false,
      /^Their <b>words/,
    ],
    ['404', { status: 404, body: said('SOME_CODE') }, 404, 'SOME_CODE', false, /^Their <b>words/],
    [
      '404 with a page',
      { ...html, status: 404 },
      404,
      'NOT_FOUND',
      false,
      /refused the request \(status 404\)/,
    ],
    ['409', { status: 409, body: said('CONFLICT') }, 409, 'CONFLICT', false],
    ['410', { status: 410, body: said('UNSUPPORTED_API_VERSION') }, 410, 'UNSUPPORTED_API_VERSION', false],
    ['413', { ...html, status: 413 }, 413, 'PAYLOAD_TOO_LARGE', false],
    ['422', { status: 422, body: said('UNPROCESSABLE') }, 422, 'UNPROCESSABLE', false],
    ['429', { status: 429, body: said('TOO_MANY') }, 429, 'TOO_MANY', true],
    ['405, which is our fault', { status: 405, body: said('METHOD') }, 502, 'PARTNER_ERROR', false],
    [
      '500',
      { status: 500, body: said('INTERNAL') },
      502,
      'PARTNER_ERROR',
      true,
      /^Pearsana error 500 \(sandbox\): “Their/,
    ],
    ['500 with a page', { ...html, status: 500 }, 502, 'PARTNER_ERROR', true],
    ['503', { ...html, status: 503 }, 502, 'PARTNER_ERROR', true],
    ['304', { status: 304 }, 502, 'PARTNER_BAD_RESPONSE', false],
    ['a page with 200', html, 502, 'PARTNER_BAD_RESPONSE', false, /status 200\) is not JSON/],
    ['an empty 200', { body: '' }, 502, 'PARTNER_BAD_RESPONSE', false],
    ['204', { status: 204 }, 502, 'PARTNER_BAD_RESPONSE', false],
    ['JSON that breaks off', { body: JSON.stringify(pong).slice(0, -5) }, 502, 'PARTNER_BAD_RESPONSE', false],
    [
      'another shape',
      { body: { ...pong, clientId: 5, scopes: 'a' } },
      502,
      'PARTNER_BAD_RESPONSE',
      false,
      /form, at: clientId, scopes/,
    ],
    ['an array', { body: [] }, 502, 'PARTNER_BAD_RESPONSE', false, /the body itself/],
    ['null', { body: 'null' }, 502, 'PARTNER_BAD_RESPONSE', false],
    [
      'more than a megabyte',
      { body: { ...pong, more: 'x'.repeat(1024 * 1024) } },
      502,
      'PARTNER_BAD_RESPONSE',
      false,
      /too large/,
    ],
    [
      'less than it claims',
      { body: pong, claimedLength: 5_000 },
      502,
      'PARTNER_BAD_RESPONSE',
      false,
      /in the middle of its answer/,
    ],
    ['silence', { fault: 'hang' }, 504, 'PARTNER_TIMEOUT', true, /did not answer in time/],
    ['one byte at a time', { body: pong, dripMs: 50 }, 504, 'PARTNER_TIMEOUT', true],
    ['its answer too late', { body: pong, delayMs: 1_200 }, 504, 'PARTNER_TIMEOUT', true],
    [
      'headers far too long',
      { body: pong, headers: { 'x-long': 'x'.repeat(20_000) } },
      502,
      'PARTNER_BAD_RESPONSE',
      false,
    ],
  ];
  for (const [what, reply, status, code, retryable, message = /sandbox|Their/] of refusals) {
    await t.test(`by ${what} is ${status} ${code}, once, and the next call works`, async () => {
      const before = partner.api.arrivals.length;
      partner.api.next(reply);
      const answer = await bff.call(path);
      const failure = failureIn(answer);
      assert.deepEqual(
        [answer.status, failure.code, failure.source, failure.retryable, failure.environment],
        [status, code, 'pearsana', retryable, 'sandbox'],
        failure.message,
      );
      assert.match(failure.message, message);
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      // It is no write, so nothing has to be said of what became of it.
      assert.equal(failure.outcome, undefined);
      assert.equal(partner.api.arrivals.length, before + 1);
      assert.equal((await bff.call(path)).status, 200);
    });
  }

  const resets = [
    ['before it read the request', 'reset-before-body'],
    ['after it read the request', 'reset-after-body'],
  ] as const;
  for (const [when, fault] of resets) {
    await t.test(`by a reset ${when} is asked once more, since a ping changes nothing`, async () => {
      const before = partner.api.arrivals.length;
      partner.api.next({ fault });
      assert.equal((await bff.call(path)).status, 200);
      assert.equal(partner.api.arrivals.length, before + 2);
    });

    await t.test(`by two resets ${when} is 502 PARTNER_UNREACHABLE, and asked no third time`, async () => {
      const before = partner.api.arrivals.length;
      partner.api.next({ fault }, { fault });
      const failure = failureIn(await bff.call(path));
      assert.deepEqual([failure.code, failure.retryable], ['PARTNER_UNREACHABLE', true]);
      assert.match(failure.message, /^Connection lost before/);
      assert.equal(partner.api.arrivals.length, before + 2);
    });
  }

  await t.test('says which versions there are, where the version is no longer served', async () => {
    const headers = { 'x-api-version-latest': '2031-03-01', 'x-api-version-supported': '2029-06-30' };
    partner.api.next({ status: 410, headers, body: said('UNSUPPORTED_API_VERSION') });
    const answer = await bff.call(path);
    assert.equal(answer.status, 410);
    assert.match(
      failureIn(answer).message,
      /^Their <b>words<\/b>\. The BFF uses version 2026-01-30 .* supports the versions from 2029-06-30 to 2031-03-01\./,
    );
  });

  await t.test('tells in /api/environments of a newer version, from the latest answer on', async () => {
    const newer = async () => {
      const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
      return environments[0]?.newerApiVersion;
    };
    const told: [header: string, expected: string | undefined][] = [
      ['2031-03-01', '2031-03-01'],
      ['<b>new</b>', '2031-03-01'],
      ['2026-01-30', undefined],
      ['2025-01-01', undefined],
    ];
    for (const [header, expected] of told) {
      partner.api.next({ headers: { 'x-api-version-latest': header }, body: pong });
      await bff.call(path);
      assert.equal(await newer(), expected, header);
    }
  });

  await t.test(
    'that has none of its codes, or one by which the BFF says something else, has the usual one',
    async () => {
      const codes = ['OUTCOME_KNOWN', 'INTERNAL', 'UNAUTHORIZED', 'no code\n', 'X'.repeat(20_000), ''];
      for (const code of codes) {
        partner.api.next({ status: 409, body: said(code) });
        const answer = await bff.call(path);
        assert.deepEqual([answer.status, failureIn(answer).code], [409, 'CONFLICT'], code.slice(0, 40));
      }
      assert.doesNotMatch(bff.logLines.join(), /no code|XXXX|unexpected error/);
    },
  );

  await t.test('nested more deeply than programs go is an answer without its details, or none', async () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    const type = { 'content-type': 'application/json' };
    const body = `{"error":{"code":"CONFLICT","message":"No.","details":${nested}}}`;
    partner.api.next({ status: 409, headers: type, body });
    const refused = failureIn(await bff.call(path));
    assert.deepEqual([refused.code, refused.details], ['CONFLICT', undefined]);
    partner.api.next({ status: 200, headers: type, body: `{"status":"ok","more":${nested}}` });
    assert.equal(failureIn(await bff.call(path)).code, 'PARTNER_BAD_RESPONSE');
  });

  await t.test('passes its details and its Retry-After on', async () => {
    const details = { requiredScopes: ['a'], providedScopes: [] };
    partner.api.next({ status: 403, body: said('INSUFFICIENT_SCOPE', { details }) });
    assert.deepEqual(failureIn(await bff.call(path)).details, details);
    for (const [status, seconds] of [
      [429, '7'],
      [503, '8'],
    ] as const) {
      partner.api.next({ status, headers: { 'retry-after': seconds }, body: said('LATER') });
      assert.equal((await bff.call(path)).headers.get('retry-after'), seconds);
    }
  });

  for (const status of [301, 302, 303, 307, 308]) {
    await t.test(`by a redirect (${status}) is not followed, so the token goes nowhere else`, async () => {
      const elsewhere = partner.auth.count('/elsewhere');
      partner.api.next({ status, headers: { location: `${partner.auth.url}/elsewhere` } });
      const answer = await bff.call(path);
      assert.deepEqual([answer.status, failureIn(answer).code], [502, 'PARTNER_BAD_RESPONSE']);
      assert.equal(partner.auth.count('/elsewhere'), elsewhere);
    });
  }

  // A 401 costs a token each, so it stands apart from the table.
  for (const [what, replies, status, sends] of [
    ['one 401 is asked again with another token', [{ status: 401, body: said('UNAUTHORIZED') }], 200, 2],
    [
      'two 401s is not asked a third time',
      [
        { ...html, status: 401 },
        { status: 401, body: said('NO') },
      ],
      502,
      2,
    ],
  ] as const) {
    await t.test(`by ${what}`, async () => {
      const before = { sends: partner.api.arrivals.length, tokens: partner.auth.count('/oauth2/token') };
      partner.api.next(...replies);
      const answer = await bff.call(path);
      assert.equal(answer.status, status);
      if (status === 502) assert.equal(failureIn(answer).code, 'PARTNER_UNAUTHORIZED');
      const sent = partner.api.arrivals.slice(before.sends);
      assert.equal(sent.length, sends);
      assert.notEqual(sent[0]?.headers.authorization, sent[1]?.headers.authorization);
      assert.equal(sent[0]?.headers['x-request-id'], sent[1]?.headers['x-request-id']);
      assert.equal(partner.auth.count('/oauth2/token'), before.tokens + 1);
    });
  }

  await t.test('never shows a token, though it repeats the one it was sent', async () => {
    for (const status of [200, 400, 403, 404, 500]) {
      partner.api.next(({ headers }) => {
        const echo = String(headers.authorization).replace('Bearer ', '');
        const body = status === 200 ? { ...pong, echo } : said('ECHO', { message: echo, details: [echo] });
        return { status, headers: { 'x-request-id': echo }, body };
      });
      const { text, headers } = await bff.call(path);
      assert.doesNotMatch(text + JSON.stringify([...headers]), /token-\d/, String(status));
    }
  });

  await t.test('is sent what it documents and nothing of the caller’s', async () => {
    await bff.call(`${path}?a=b`, { headers: { cookie: 'a=b', 'x-a': 'b', 'x-request-id': 'mine' } });
    const { headers, path: asked, method } = partner.api.arrivals.at(-1) ?? assert.fail();
    assert.equal(`${method} ${asked}`, 'GET /ping');
    const { authorization, host, connection, ...rest } = headers;
    assert.match(authorization ?? '', /^Bearer token-\d+$/);
    assert.equal(`http://${host}`, partner.api.url);
    assert.deepEqual(rest, { accept: 'application/json', 'x-request-id': 'mine' });
  });
});

describe('a partner that is not there', () => {
  const failingWith = async (authUrl: string, apiUrl: string, variables = {}): Promise<[number, Failure]> => {
    await using bff = await startBffWith({ sandbox: { authUrl, apiUrl } }, variables);
    const answer = await bff.call(path);
    // What needs nothing of it goes on.
    assert.equal((await bff.call('/api/environments')).status, 200);
    assert.equal((await bff.call('/readyz')).status, 200);
    return [answer.status, failureIn(answer)];
  };
  const nobody = async () => `http://127.0.0.1:${await freePort()}`;

  it('is PARTNER_UNREACHABLE where its API is missing', async () => {
    await using partner = await startFaultServer();
    const [status, { code, source, message }] = await failingWith(partner.auth.url, await nobody());
    assert.deepEqual([status, code, source], [502, 'PARTNER_UNREACHABLE', 'pearsana']);
    assert.match(message, /\(ECONNREFUSED\)/);
  });

  it('is AUTH_UNREACHABLE where its authorisation server is missing, and its API is not called', async () => {
    await using partner = await startFaultServer();
    const [status, { code, source }] = await failingWith(await nobody(), partner.api.url);
    assert.deepEqual([status, code, source], [503, 'AUTH_UNREACHABLE', 'auth']);
    assert.deepEqual(partner.api.arrivals, []);
  });

  for (const [what, reply, status, code] of [
    ['hangs', { fault: 'hang' }, 504, 'AUTH_TIMEOUT'],
    [
      'rejects the secret',
      { status: 401, body: { error: 'invalid_client' } },
      502,
      'CLIENT_CREDENTIALS_REJECTED',
    ],
    ['rejects the scope', { status: 400, body: { error: 'invalid_scope' } }, 502, 'SCOPE_NOT_ENABLED'],
    ['talks nonsense', { body: 'hello' }, 502, 'AUTH_BAD_RESPONSE'],
  ] as const) {
    it(`is ${code} where its authorisation server ${what}`, async () => {
      await using partner = await startFaultServer();
      partner.auth.always(reply);
      const [answered, failure] = await failingWith(partner.auth.url, partner.api.url, {
        TOKEN_TIMEOUT_MS: '500',
      });
      assert.deepEqual([answered, failure.code, failure.source], [status, code, 'auth']);
      assert.deepEqual(partner.api.arrivals, []);
    });
  }
});
