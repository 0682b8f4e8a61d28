import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { freePort } from '../../../scripts/free-port.ts';
import type { Outcome } from '../../../shared/errors.ts';
import { operations, type RequestOf, successOf } from '../../../shared/operations.ts';
import { failureIn, startBffWith, type TestBff } from '../../support/bff/test-bff.ts';
import { invited, type Reply, startFaultServer } from '../../support/partner/fault-server.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples, type WriteName, writeNames } from '../../support/requests/write-samples.ts';

const said = (code: string, more: object = {}) => ({
  error: { code, message: 'Their words.', requestId: 'theirs', ...more },
});
const page = { headers: { 'content-type': 'text/html' }, body: '<html>a page</html>' };

const write = (bff: TestBff, name: WriteName, request: RequestOf<WriteName> = samples[name].least) =>
  bff.call(operationPath(name, 'sandbox'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });

type Ending = { what: string; reply: Reply; status: number; code: string; outcome: Outcome };
const endings: Ending[] = [
  {
    what: 'a reset before it was read',
    reply: { fault: 'reset-before-body' },
    status: 502,
    code: 'PARTNER_UNREACHABLE',
    outcome: 'unknown',
  },
  {
    what: 'a reset after it was read',
    reply: { fault: 'reset-after-body' },
    status: 502,
    code: 'PARTNER_UNREACHABLE',
    outcome: 'unknown',
  },
  { what: 'silence', reply: { fault: 'hang' }, status: 504, code: 'PARTNER_TIMEOUT', outcome: 'unknown' },
  {
    what: 'its answer too late',
    reply: { status: 201, body: invited, delayMs: 1_200 },
    status: 504,
    code: 'PARTNER_TIMEOUT',
    outcome: 'unknown',
  },
  {
    what: 'one byte at a time',
    reply: { status: 201, body: invited, dripMs: 20 },
    status: 504,
    code: 'PARTNER_TIMEOUT',
    outcome: 'unknown',
  },
  {
    what: 'less than it claims',
    reply: { body: invited, claimedLength: 5_000 },
    status: 502,
    code: 'PARTNER_BAD_RESPONSE',
    outcome: 'unknown',
  },
  { what: 'a page with 200', reply: page, status: 502, code: 'PARTNER_BAD_RESPONSE', outcome: 'unknown' },
  {
    what: 'JSON that breaks off',
    reply: { status: 201, body: '{"user":' },
    status: 502,
    code: 'PARTNER_BAD_RESPONSE',
    outcome: 'unknown',
  },
  {
    what: 'a megabyte and more',
    reply: { body: 'x'.repeat(1024 * 1024 + 1) },
    status: 502,
    code: 'PARTNER_BAD_RESPONSE',
    outcome: 'unknown',
  },
  ...[301, 302, 303, 307, 308].map(
    (status): Ending => ({
      what: `a redirect ${status}`,
      reply: { status, headers: { location: '/v1/elsewhere' } },
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      outcome: 'unknown',
    }),
  ),
  ...[500, 502, 503, 504].map(
    (status): Ending => ({
      what: String(status),
      reply: { status, body: said('INTERNAL') },
      status: 502,
      code: 'PARTNER_ERROR',
      outcome: 'unknown',
    }),
  ),
  {
    what: '503 with a page',
    reply: { ...page, status: 503 },
    status: 502,
    code: 'PARTNER_ERROR',
    outcome: 'unknown',
  },
  {
    what: '403',
    reply: { status: 403, body: said('INSUFFICIENT_SCOPE') },
    status: 502,
    code: 'INSUFFICIENT_SCOPE',
    outcome: 'refused',
  },
  ...[405, 411, 412, 414, 415, 421, 425, 426, 428, 431, 451].map(
    (status): Ending => ({
      what: String(status),
      reply: { status, body: said('THEIR_CODE') },
      status: 502,
      code: 'PARTNER_ERROR',
      outcome: 'refused',
    }),
  ),
  // Answers that gateways give themselves, and answers that prove nothing.
  ...[
    402, 406, 407, 408, 416, 417, 418, 423, 424, 444, 460, 463, 494, 498, 499, 501, 505, 507, 511, 520, 524,
    599,
  ].map(
    (status): Ending => ({
      what: String(status),
      reply: { status, body: said('THEIR_CODE') },
      status: 502,
      code: 'PARTNER_ERROR',
      outcome: 'unknown',
    }),
  ),
  {
    what: '499 with a page',
    reply: { ...page, status: 499 },
    status: 502,
    code: 'PARTNER_ERROR',
    outcome: 'unknown',
  },
  ...[400, 404, 409, 410, 413, 422, 429].map(
    (status): Ending => ({
      what: String(status),
      reply: { status, body: said('THEIR_CODE') },
      status,
      code: 'THEIR_CODE',
      outcome: 'refused',
    }),
  ),
];

test('a write that Pearsana ends with', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner },
    { PARTNER_TIMEOUT_MS: '600', RATE_LIMIT_PER_MINUTE: '100000' },
  );

  for (const name of writeNames) {
    for (const { what, reply, status, code, outcome } of endings) {
      await t.test(`${what} is ${status} ${code} and ${outcome}: ${name} is sent once`, async () => {
        const before = partner.api.arrivals.length;
        partner.api.next(reply);
        const answer = await write(bff, name);
        const failure = failureIn(answer);
        assert.deepEqual(
          [answer.status, failure.code, failure.outcome, failure.source, failure.environment],
          [status, code, outcome, 'pearsana', 'sandbox'],
          failure.message,
        );
        assert.equal(partner.api.arrivals.length, before + 1);
        assert(bff.logLines.at(-1)?.includes(`"outcome":"${outcome}"`), bff.logLines.at(-1));
      });
    }

    await t.test(`a refusal that says why and when again: ${name} passes both on`, async () => {
      const details = { errors: ['A is wrong.', 'So is B.'], more: { a: [1] } };
      for (const status of [400, 409, 429]) {
        partner.api.next({ status, headers: { 'retry-after': '7' }, body: said('THEIRS', { details }) });
        const answer = await write(bff, name);
        const failure = failureIn(answer);
        assert.equal(answer.headers.get('retry-after'), '7');
        assert.deepEqual(failure.details, details);
        const why = status === 400 ? ' A is wrong. So is B.' : '';
        const words = `Their words.${why} (Pearsana request theirs)`;
        assert.deepEqual([failure.message, failure.retryable], [words, status === 429]);
      }
    });

    const unauthorized: Reply = { status: 401, body: said('UNAUTHORIZED') };
    const second: {
      what: string;
      reply: Reply;
      status: number;
      code: string | null;
      outcome: Outcome | null;
    }[] = [
      { what: 'success', reply: { status: 201, body: invited }, status: 201, code: null, outcome: null },
      {
        what: 'a reset',
        reply: { fault: 'reset-after-body' },
        status: 502,
        code: 'PARTNER_UNREACHABLE',
        outcome: 'unknown',
      },
      { what: '500', reply: { status: 500 }, status: 502, code: 'PARTNER_ERROR', outcome: 'unknown' },
      {
        what: '409',
        reply: { status: 409, body: said('CONFLICT') },
        status: 409,
        code: 'CONFLICT',
        outcome: 'refused',
      },
      // The last one: for a while after it, a token that is refused is not replaced.
      { what: '401', reply: unauthorized, status: 502, code: 'PARTNER_UNAUTHORIZED', outcome: 'refused' },
    ];
    for (const { what, reply, status, code, outcome } of second) {
      await t.test(`401 and then ${what} is ${status}: ${name} is sent twice, with two tokens`, async () => {
        const before = { sent: partner.api.arrivals.length, tokens: partner.auth.arrivals.length };
        partner.api.next(unauthorized, reply);
        // Another set of scopes than a single document’s, and so another token.
        const request = name === 'submitDocumentBatch' ? samples[name].whole : samples[name].least;
        const answer = await write(bff, name, request);
        assert.equal(answer.status, status, answer.text);
        if (code !== null) {
          const failure = failureIn(answer);
          assert.deepEqual([failure.code, failure.outcome], [code, outcome]);
        }
        const [first, again, ...more] = partner.api.arrivals.slice(before.sent);
        assert.deepEqual(more, []);
        assert.notEqual(first?.headers.authorization, again?.headers.authorization);
        assert.deepEqual(
          [first?.body, first?.headers['x-request-id']],
          [again?.body, again?.headers['x-request-id']],
        );
        // The first of all has no token yet.
        assert(partner.auth.arrivals.length - before.tokens <= 2);
      });
    }
  }

  await t.test(
    'nothing at all in a success: it is null where Pearsana documents none, an invitation has to be one',
    async () => {
      for (const [status, answered] of [
        [200, 200],
        [201, 201],
        // They cannot hold even our own envelope.
        [204, 200],
        [205, 200],
      ] as const) {
        const reply: Reply = { status, body: '' };
        for (const name of writeNames) {
          if (name === 'createInvitation') continue;
          partner.api.next(reply);
          const answer = await write(bff, name);
          assert.equal(answer.status, answered);
          const { result, partner: facts } = successOf(operations[name]).parse(answer.body);
          assert.deepEqual([result, facts?.status], [null, status]);
        }
        partner.api.next(reply);
        const failure = failureIn(await write(bff, 'createInvitation'));
        assert.deepEqual([failure.code, failure.outcome], ['PARTNER_BAD_RESPONSE', 'unknown']);
      }
    },
  );
});

describe('a write that was never sent', () => {
  const nobody = async () => `http://127.0.0.1:${await freePort()}`;
  const auth: [what: string, reply: Reply, code: string][] = [
    ['rejects the secret', { status: 401, body: { error: 'invalid_client' } }, 'CLIENT_CREDENTIALS_REJECTED'],
    ['rejects the scope', { status: 400, body: { error: 'invalid_scope' } }, 'SCOPE_NOT_ENABLED'],
    ['talks nonsense', { body: 'hello' }, 'AUTH_BAD_RESPONSE'],
    ['fails', { status: 503 }, 'AUTH_UNREACHABLE'],
    ['resets', { fault: 'reset-after-body' }, 'AUTH_UNREACHABLE'],
    ['hangs', { fault: 'hang' }, 'AUTH_TIMEOUT'],
  ];
  for (const [what, reply, code] of auth) {
    it(`is not_sent where the authorisation server ${what}`, async () => {
      await using partner = await startFaultServer();
      partner.auth.always(reply);
      await using bff = await startBffWith({ sandbox: partner }, { TOKEN_TIMEOUT_MS: '500' });
      for (const name of writeNames) {
        const failure = failureIn(await write(bff, name));
        assert.deepEqual([failure.code, failure.source, failure.outcome], [code, 'auth', 'not_sent']);
      }
      assert.deepEqual(partner.api.arrivals, []);
    });
  }

  it('is not_sent where nobody listens', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: { ...partner, apiUrl: await nobody() } });
    for (const name of writeNames) {
      const failure = failureIn(await write(bff, name));
      assert.deepEqual([failure.code, failure.outcome], ['PARTNER_UNREACHABLE', 'not_sent']);
      assert.match(failure.message, /ECONNREFUSED/);
    }
    await using other = await startBffWith({ sandbox: { ...partner, authUrl: await nobody() } });
    for (const name of writeNames) {
      const failure = failureIn(await write(other, name));
      assert.deepEqual([failure.code, failure.outcome], ['AUTH_UNREACHABLE', 'not_sent']);
    }
    assert.deepEqual(partner.api.arrivals, []);
  });
});
