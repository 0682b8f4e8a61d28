import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { freePort } from '../../../scripts/free-port.ts';
import { version } from '../../../server/version.ts';
import { environmentsAnswer } from '../../../shared/environments.ts';
import type { Failure } from '../../../shared/errors.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { pong, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';

const path = '/api/environments/sandbox/ping';
const said = (code: string, more: object = {}) => ({
  error: { code, message: 'Their <b>words</b>.', requestId: 'theirs', ...more },
});
const html = { headers: { 'content-type': 'text/html' }, body: '<html>a page</html>' };

test('a partner that fails', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner },
    { PARTNER_TIMEOUT_MS: '600', RATE_LIMIT_PER_MINUTE: '1000' },
  );

  const refusals: {
    what: string;
    reply: Reply;
    status: number;
    code: string;
    retryable: boolean;
    message?: RegExp;
  }[] = [
    {
      what: '403 with details',
      reply: { status: 403, body: said('INSUFFICIENT_SCOPE', { details: { requiredScopes: ['a'] } }) },
      status: 502,
      code: 'INSUFFICIENT_SCOPE',
      retryable: false,
      message: /do not allow “Ping”, which needs a\. It says: “Their <b>words<\/b>\.”/,
    },
    {
      what: '403 with a page',
      reply: { ...html, status: 403 },
      status: 502,
      code: 'INSUFFICIENT_SCOPE',
      retryable: false,
    },
    {
      what: '400',
      reply: { status: 400, body: said('VALIDATION_ERROR', { details: { errors: ['a'] } }) },
      status: 400,
      code: 'VALIDATION_ERROR',
      retryable: false,
      message: /^Their <b>words/,
    },
    {
      what: '404',
      reply: { status: 404, body: said('SOME_CODE') },
      status: 404,
      code: 'SOME_CODE',
      retryable: false,
      message: /^Their <b>words/,
    },
    {
      what: '404 with a page',
      reply: { ...html, status: 404 },
      status: 404,
      code: 'NOT_FOUND',
      retryable: false,
      message: /refused the request \(status 404\)/,
    },
    {
      what: '409',
      reply: { status: 409, body: said('CONFLICT') },
      status: 409,
      code: 'CONFLICT',
      retryable: false,
    },
    {
      what: '410',
      reply: { status: 410, body: said('UNSUPPORTED_API_VERSION') },
      status: 410,
      code: 'UNSUPPORTED_API_VERSION',
      retryable: false,
    },
    {
      what: '413',
      reply: { ...html, status: 413 },
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      retryable: false,
    },
    {
      what: '422',
      reply: { status: 422, body: said('UNPROCESSABLE') },
      status: 422,
      code: 'UNPROCESSABLE',
      retryable: false,
    },
    {
      what: '429',
      reply: { status: 429, body: said('TOO_MANY') },
      status: 429,
      code: 'TOO_MANY',
      retryable: true,
    },
    {
      what: '405, which is our fault',
      reply: { status: 405, body: said('METHOD') },
      status: 502,
      code: 'PARTNER_ERROR',
      retryable: false,
    },
    {
      what: '500',
      reply: { status: 500, body: said('INTERNAL') },
      status: 502,
      code: 'PARTNER_ERROR',
      retryable: true,
      message: /^Pearsana error 500 \(sandbox\): “Their/,
    },
    {
      what: '500 with a page',
      reply: { ...html, status: 500 },
      status: 502,
      code: 'PARTNER_ERROR',
      retryable: true,
    },
    { what: '503', reply: { ...html, status: 503 }, status: 502, code: 'PARTNER_ERROR', retryable: true },
    { what: '304', reply: { status: 304 }, status: 502, code: 'PARTNER_BAD_RESPONSE', retryable: false },
    {
      what: 'a page with 200',
      reply: html,
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
      message: /status 200\) is not JSON/,
    },
    {
      what: 'an empty 200',
      reply: { body: '' },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
    },
    { what: '204', reply: { status: 204 }, status: 502, code: 'PARTNER_BAD_RESPONSE', retryable: false },
    {
      what: 'JSON that breaks off',
      reply: { body: JSON.stringify(pong).slice(0, -5) },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
    },
    {
      what: 'another shape',
      reply: { body: { ...pong, clientId: 5, scopes: 'a' } },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
      message: /form, at: clientId, scopes/,
    },
    {
      what: 'an array',
      reply: { body: [] },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
      message: /the body itself/,
    },
    { what: 'null', reply: { body: 'null' }, status: 502, code: 'PARTNER_BAD_RESPONSE', retryable: false },
    {
      what: 'more than a megabyte',
      reply: { body: { ...pong, more: 'x'.repeat(1024 * 1024) } },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
      message: /too large/,
    },
    {
      what: 'less than it claims',
      reply: { body: pong, claimedLength: 5_000 },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
      message: /in the middle of its answer/,
    },
    {
      what: 'silence',
      reply: { fault: 'hang' },
      status: 504,
      code: 'PARTNER_TIMEOUT',
      retryable: true,
      message: /did not answer in time/,
    },
    {
      what: 'one byte at a time',
      reply: { body: pong, dripMs: 50 },
      status: 504,
      code: 'PARTNER_TIMEOUT',
      retryable: true,
    },
    {
      what: 'its answer too late',
      reply: { body: pong, delayMs: 1_200 },
      status: 504,
      code: 'PARTNER_TIMEOUT',
      retryable: true,
    },
    {
      what: 'headers far too long',
      reply: { body: pong, headers: { 'x-long': 'x'.repeat(20_000) } },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      retryable: false,
    },
  ];
  for (const { what, reply, status, code, retryable, message = /sandbox|Their/ } of refusals) {
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
      // It is not a write, so it has no outcome.
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

  // Each 401 costs a token, so it is not in the table.
  for (const { what, replies, status, sends } of [
    {
      what: 'one 401 is asked again with another token',
      replies: [{ status: 401, body: said('UNAUTHORIZED') }],
      status: 200,
      sends: 2,
    },
    {
      what: 'two 401s is not asked a third time',
      replies: [
        { ...html, status: 401 },
        { status: 401, body: said('NO') },
      ],
      status: 502,
      sends: 2,
    },
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
    await bff.call(`${path}?a=b`, {
      headers: { cookie: 'a=b', 'user-agent': 'mine', 'x-a': 'b', 'x-request-id': 'mine' },
    });
    const { headers, path: asked, method } = partner.api.arrivals.at(-1) ?? assert.fail();
    assert.equal(`${method} ${asked}`, 'GET /ping');
    const { authorization, host, connection, ...rest } = headers;
    assert.match(authorization ?? '', /^Bearer token-\d+$/);
    assert.equal(`http://${host}`, partner.api.url);
    assert.deepEqual(rest, {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': `pearsana-partner-tools/${version}`,
      'x-request-id': 'mine',
    });
  });

  await t.test('is told the caller’s place in a trace, and nothing that is none', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    for (const [given, passed] of [
      [traceparent, traceparent],
      [`01-${traceparent.slice(3)}`, undefined],
      [`${traceparent}-more`, undefined],
      ['a-secret', undefined],
    ] as const) {
      await bff.call(path, { headers: { traceparent: given } });
      assert.equal(partner.api.arrivals.at(-1)?.headers.traceparent, passed, given);
    }
  });
});

test('what a partner says is quoted with one stop, whether it ends with one or not', async () => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith({ sandbox: partner });
  const told = async (status: number, message: string | undefined, requestId: string) => {
    const details = { errors: ['A is wrong.'] };
    partner.api.next({ status, body: { error: { code: 'A', message, requestId, details } } });
    return failureIn(await bff.call(path, { headers: { 'x-request-id': 'mine' } })).message;
  };
  for (const [said, quoted] of [
    ['It broke', '“It broke”.'],
    ['It broke.', '“It broke.”'],
    ['It broke? ', '“It broke? ”'],
  ] as const) {
    assert.equal(await told(500, said, 'mine'), `Pearsana error 500 (sandbox): ${quoted}`);
    assert.match(await told(403, said, 'mine'), new RegExp(` It says: ${quoted.replace('?', '\\?')} Ask `));
  }
  assert.equal(
    await told(500, 'It broke', 'theirs'),
    'Pearsana error 500 (sandbox): “It broke” (Pearsana request theirs).',
  );
  assert.equal(await told(500, undefined, 'mine'), 'Pearsana error 500 (sandbox).');
  assert.equal(await told(400, 'It broke', 'mine'), 'It broke. A is wrong.');
  assert.equal(await told(400, 'It broke.', 'mine'), 'It broke. A is wrong.');
});

describe('a partner that is not there', () => {
  const failingWith = async (authUrl: string, apiUrl: string, variables = {}): Promise<[number, Failure]> => {
    await using bff = await startBffWith({ sandbox: { authUrl, apiUrl } }, variables);
    const answer = await bff.call(path);
    // Calls that do not need it still work.
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

  for (const { what, reply, status, code } of [
    { what: 'hangs', reply: { fault: 'hang' }, status: 504, code: 'AUTH_TIMEOUT' },
    {
      what: 'rejects the secret',
      reply: { status: 401, body: { error: 'invalid_client' } },
      status: 502,
      code: 'CLIENT_CREDENTIALS_REJECTED',
    },
    {
      what: 'rejects the scope',
      reply: { status: 400, body: { error: 'invalid_scope' } },
      status: 502,
      code: 'SCOPE_NOT_ENABLED',
    },
    { what: 'talks nonsense', reply: { body: 'hello' }, status: 502, code: 'AUTH_BAD_RESPONSE' },
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
