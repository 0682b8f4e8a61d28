import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { createClient } from '../../shared/client.ts';
import { ClientError, type ClientErrorReason } from '../../shared/client-error.ts';
import { type Reply, startFaultServer } from '../support/partner/fault-server.ts';
import { samples } from '../support/requests/write-samples.ts';

const facts = {
  status: 200,
  durationMs: 3,
  requestId: null,
  apiVersion: null,
  apiVersionLatest: null,
  apiVersionSupported: null,
};
const healthy = { environment: 'sandbox', requestId: 'an-id', result: { status: 'ok' }, partner: facts };
const refusal = {
  error: { code: 'RATE_LIMITED', message: 'Wait.', requestId: 'theirs', source: 'bff', retryable: true },
};

/** The error that a call fails with; fails itself unless it is one of ours, with this reason. */
async function failing(reason: ClientErrorReason, call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => assert.fail('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ClientError, String(error));
  assert.equal(error.reason, reason, error.message);
  return error;
}

test('the client', async (t) => {
  // A stand-in for the BFF: a real BFF would not send these edge cases of the contract.

  await using bff = await startFaultServer();

  const client = (more: { timeoutMs?: number } = {}) =>
    createClient({ baseUrl: bff.api.url, accessKey: 'the-key', ...more });

  await t.test('sends key, request id and path, and returns what the contract says', async () => {
    bff.api.next({ body: { ...healthy, extra: 1 } });
    assert.deepEqual(await client().health({ environment: 'sandbox', requestId: 'mine' }), healthy);
    const { method, path, headers } = bff.api.arrivals.at(-1) ?? assert.fail();
    assert.equal(`${method} ${path}`, 'GET /api/environments/sandbox/health');
    assert.equal(headers.authorization, 'Bearer the-key');
    assert.equal(headers['x-request-id'], 'mine');
  });

  await t.test('makes a request id where it is given none, another for each call', async () => {
    bff.api.next({ body: healthy }, { body: healthy });
    await client().health({ environment: 'sandbox' });
    await client().health({ environment: 'sandbox' });
    const ids = bff.api.arrivals.slice(-2).map(({ headers }) => headers['x-request-id']);
    assert.match(String(ids[0]), /^[\w.-]{1,128}$/);
    assert.notEqual(ids[0], ids[1]);
  });

  await t.test('sends no cookie, follows no redirect and asks no cache, wherever it runs', async () => {
    const sent: RequestInit[] = [];
    const { health, createUser } = createClient({
      ...{ baseUrl: 'https://bff.example.com', accessKey: 'the-key' },
      fetch: async (_input, init = {}) => {
        sent.push(init);
        return Response.json(refusal, { status: 429 });
      },
    });
    await failing('refused', health({ environment: 'sandbox' }));
    await failing('refused', createUser({ environment: 'sandbox', request: samples.createUser.least }));
    assert.deepEqual(
      sent.map(({ credentials, redirect, cache }) => [credentials, redirect, cache]),
      [1, 2].map(() => ['omit', 'manual', 'no-store']),
    );
  });

  await t.test('encodes the environment, so that it stays one part of the path', async () => {
    bff.api.next({ status: 404, body: refusal });
    await failing('refused', client().health({ environment: 'a/../b?c' }));
    assert.equal(bff.api.arrivals.at(-1)?.path, '/api/environments/a%2F..%2Fb%3Fc/health');
  });

  await t.test('says unreachable where nothing listens', async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    const error = await failing('unreachable', createClient({ baseUrl }).session({ requestId: 'mine' }));
    assert.equal(error.message, `The BFF at ${baseUrl} could not be reached.`);
    assert.deepEqual([error.origin, error.requestId, error.status], [baseUrl, 'mine', undefined]);
  });

  for (const fault of ['reset-before-body', 'reset-after-body'] as const) {
    await t.test(`says unreachable after a ${fault}`, async () => {
      bff.api.next({ fault });
      await failing('unreachable', client().session());
    });
  }

  await t.test('says timeout, and after how long, where no answer comes', async () => {
    bff.api.next({ fault: 'hang' }, { fault: 'hang' });
    const ended = await failing('timeout', client({ timeoutMs: 60 }).session());
    assert.match(ended.message, /did not answer within 0\.06 s/);
    const sooner = await failing('timeout', client().session({ timeoutMs: 50 }));
    assert.match(sooner.message, /did not answer within 0\.05 s/);
  });

  await t.test('waits longer where a large body has to be sent, and says how long', async () => {
    bff.api.next({ fault: 'hang' });
    const file = Buffer.alloc(10_000).toString('base64');
    const request = { ...samples.submitDocument.least, file };
    const call = client({ timeoutMs: 10 }).submitDocument({ environment: 'sandbox', request });
    const error = await failing('timeout', call);
    const bytes = JSON.stringify(request).length;
    assert.match(
      error.message,
      new RegExp(`did not answer within ${(10 + Math.ceil((2 * bytes) / 125)) / 1000} s`),
    );
    assert.equal(error.outcome, 'unknown');
  });

  await t.test('says timeout where the answer begins and never ends', async () => {
    bff.api.next({ body: healthy, dripMs: 20 });
    await failing('timeout', client({ timeoutMs: 60 }).health({ environment: 'sandbox' }));
  });

  await t.test('says cancelled when the caller gave up, and not before', async () => {
    bff.api.next({ fault: 'hang' });
    const gaveUp = new AbortController();
    setTimeout(() => gaveUp.abort(), 30);
    await failing('cancelled', client().session({ signal: gaveUp.signal }));
    await failing('cancelled', client().session({ signal: AbortSignal.abort() }));
  });

  await t.test('says of a write that was cancelled whether anything of it had left', async () => {
    const write = { environment: 'sandbox', request: samples.createUser.least };
    const before = bff.api.arrivals.length;
    const early = await failing('cancelled', client().createUser({ ...write, signal: AbortSignal.abort() }));
    assert.deepEqual([early.outcome, bff.api.arrivals.length], ['not_sent', before]);
    const gaveUp = new AbortController();
    bff.api.next(() => {
      gaveUp.abort();
      return { fault: 'hang' };
    });
    const late = await failing('cancelled', client().createUser({ ...write, signal: gaveUp.signal }));
    assert.equal(late.outcome, 'unknown');
  });

  await t.test('says refused with all that the envelope holds', async () => {
    bff.api.next({ status: 429, headers: { 'retry-after': '7' }, body: refusal });
    const error = await failing('refused', client().session({ requestId: 'mine' }));
    assert.equal(error.message, 'Wait.');
    assert.deepEqual(error.failure, refusal.error);
    assert.deepEqual([error.status, error.retryAfterSeconds, error.requestId], [429, 7, 'theirs']);
  });

  await t.test('says environment when another one answered than was asked for', async () => {
    bff.api.next({ body: { ...healthy, environment: 'production' } });
    const error = await failing('environment', client().health({ environment: 'sandbox' }));
    assert.match(error.message, /“sandbox”.*“production”/);
  });

  const page = { body: '<html>a-secret-of-theirs</html>', headers: { 'content-type': 'text/html' } };
  const nonsense: [what: string, reply: Reply][] = [
    ['a page with status 200', page],
    ['a page with status 404', { ...page, status: 404 }],
    ['a page with status 500', { ...page, status: 500 }],
    ['other JSON with status 200', { body: { hello: 'a-secret-of-theirs' } }],
    ['other JSON with status 404', { status: 404, body: { error: 'a-secret-of-theirs' } }],
    ['an envelope without a request id', { status: 500, body: { error: { code: 'A', message: 'b' } } }],
    ['an empty body', { body: '' }],
    ['JSON that ends too early', { body: JSON.stringify(healthy).slice(0, -9) }],
    ['a result of another shape', { body: { ...healthy, result: { state: 'a-secret-of-theirs' } } }],
    ['a failure with status 200', { body: refusal }],
    ['an array', { body: [healthy] }],
  ];
  for (const [what, reply] of nonsense) {
    await t.test(`says contract to ${what}, and shows nothing of it`, async () => {
      bff.api.next(reply);
      const error = await failing('contract', client().health({ environment: 'sandbox' }));
      assert.equal(error.status, reply.status ?? 200);
      assert.doesNotMatch(error.message, /a-secret-of-theirs|html>/);
    });
  }

  for (const [status, outcome, words] of [
    [413, 'not_sent', /too large for it/],
    [414, 'not_sent', /status 414/],
    [429, 'not_sent', /too many requests/],
    [431, 'not_sent', /status 431/],
    [403, 'unknown', /status 403/],
    [408, 'unknown', /status 408/],
    [502, 'unknown', /the BFF did not answer it/],
    [503, 'unknown', /the BFF did not answer it/],
    [504, 'unknown', /the BFF did not answer it/],
    [522, 'unknown', /the BFF did not answer it/],
  ] as const) {
    for (const body of [page.body, '', 'upstream connect error', '{"message":"Service Unavailable"}']) {
      await t.test(
        `says proxy to its ${status} with ${body.slice(0, 9) || 'no body'}: ${outcome}`,
        async () => {
          bff.api.next({ status, body, headers: { ...page.headers, 'retry-after': '3' } });
          const request = samples.createUser.least;
          const error = await failing('proxy', client().createUser({ environment: 'sandbox', request }));
          assert.deepEqual([error.status, error.outcome, error.retryAfterSeconds], [status, outcome, 3]);
          assert.match(
            error.message,
            /^A proxy in front of the BFF at http.* answered in its place, with status /,
          );
          assert.match(error.message, words);
          assert.doesNotMatch(error.message, /a-secret-of-theirs|html>|upstream/);
        },
      );
    }
  }

  await t.test('takes an answer of the BFF with such a status for the BFF’s', async () => {
    bff.api.next({ status: 413, body: refusal }, { status: 502, body: refusal });
    await failing('refused', client().session());
    await failing('refused', client().session());
  });

  await t.test('has the BFF’s issues where it has its own', async () => {
    const issues = [{ path: 'email', message: '`nobody` is not an e-mail address' }];
    const error = { ...refusal.error, code: 'VALIDATION_ERROR', details: { errors: ['…'], issues } };
    bff.api.next(
      { status: 400, body: { error } },
      { status: 400, body: { error: { ...error, details: { issues: 'x' } } } },
    );
    assert.deepEqual((await failing('refused', client().session())).issues, issues);
    assert.deepEqual((await failing('refused', client().session())).issues, []);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    await t.test(`follows no redirect (${status}), so the key goes nowhere else`, async () => {
      const before = bff.auth.arrivals.length;
      bff.api.next({ status, headers: { location: `${bff.auth.url}/elsewhere` } });
      const { message } = await failing('unreachable', client().session());
      assert.match(message, /redirects elsewhere/);
      assert.equal(bff.auth.arrivals.length, before);
    });
  }

  for (const [header, seconds] of [
    ['0', 0],
    ['30', 30],
    ['-1', undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ] as const) {
    await t.test(`reads Retry-After: ${header} as ${seconds}`, async () => {
      bff.api.next({ status: 503, headers: { 'retry-after': header }, body: refusal });
      const error = await failing('refused', client().session());
      assert.equal(error.retryAfterSeconds, seconds);
    });
  }

  await t.test('in a write', async (t) => {
    const written = {
      environment: 'sandbox',
      requestId: 'an-id',
      result: { user: { userId: 'u' } },
      partner: { ...facts, status: 201 },
    };
    const creation = { environment: 'sandbox', request: samples.createUser.least };
    const keySent = () => bff.api.arrivals.at(-1)?.headers['idempotency-key'];

    await t.test('sends a key of its own making, another for each call', async () => {
      bff.api.next({ status: 201, body: written }, { status: 201, body: written });
      assert.deepEqual(await client().createUser(creation), { ...written, replayed: false });
      const first = keySent();
      assert.match(String(first), /^"[\w-]{36}"$/);
      await client().createUser(creation);
      assert.notEqual(keySent(), first);
    });

    await t.test('sends the key that it is given, and says when the answer is a replay', async () => {
      const headers = { 'idempotent-replayed': 'true' };
      bff.api.next({ status: 201, body: written, headers });
      const answer = await client().createUser({ ...creation, idempotencyKey: 'a"b\\c' });
      assert.equal(answer.replayed, true);
      assert.equal(keySent(), '"a\\"b\\\\c"');
    });

    await t.test('keeps the key on the error, so that the same thing can be tried again', async () => {
      const refused = { ...refusal, error: { ...refusal.error, code: 'IDEMPOTENCY_IN_PROGRESS' } };
      bff.api.next(
        { fault: 'reset-after-body' },
        { status: 409, body: refused },
        { status: 201, body: written },
      );
      const lost = await failing('unreachable', client().createUser(creation));
      assert.equal(`"${lost.idempotencyKey}"`, keySent());
      const again = { ...creation, idempotencyKey: lost.idempotencyKey };
      const busy = await failing('refused', client().createUser(again));
      // Nothing is said of the write: it may have happened.
      assert.deepEqual([busy.idempotencyKey, busy.outcome], [lost.idempotencyKey, 'unknown']);
      await client().createUser(again);
      assert.equal(`"${lost.idempotencyKey}"`, keySent());
    });

    for (const idempotencyKey of ['', 'a b', 'ä', 'k'.repeat(256)]) {
      await t.test(`does not send with the key ${JSON.stringify(idempotencyKey.slice(0, 9))}`, async () => {
        const before = bff.api.arrivals.length;
        const error = await failing('invalid', client().createUser({ ...creation, idempotencyKey }));
        assert.deepEqual([error.issues[0]?.path, error.outcome], ['idempotencyKey', 'not_sent']);
        assert.equal(bff.api.arrivals.length, before);
      });
    }
  });

  await t.test('sends no key with what changes nothing', async () => {
    bff.api.next({ body: healthy });
    const answer = await client().health({ environment: 'sandbox' });
    assert.equal(bff.api.arrivals.at(-1)?.headers['idempotency-key'], undefined);
    assert.equal('replayed' in answer, false);
  });

  await t.test('asks for the activity, goes on from a page, and says what became of a write', async () => {
    const entry = {
      ...{ id: '7', operation: 'createUser', state: 'unknown', startedAt: 'a', endedAt: null },
      ...{ requestId: 'r', externalReferences: [], code: null, status: null, partnerRequestId: null },
      ...{ result: null, resolved: null },
    };
    const envelope = { environment: 'sandbox', requestId: 'an-id' };
    const page = { ...envelope, activity: [entry], next: '7' };
    bff.api.next({ body: page }, { body: page }, { body: { ...envelope, activity: entry } });
    assert.deepEqual(await client().activity({ environment: 'sandbox' }), page);
    await client().activity({ environment: 'sandbox', before: page.next });
    await client().resolve({ environment: 'sandbox', id: '7', happened: false });
    const sent = bff.api.arrivals.slice(-3).map(({ method, path, body }) => `${method} ${path} ${body}`);
    const path = '/api/environments/sandbox/activity';
    assert.deepEqual(sent, [
      `GET ${path} `,
      `GET ${path}?before=7 `,
      `POST ${path}/7/resolve {"happened":false}`,
    ]);
    bff.api.next({ body: { ...page, environment: 'production' } });
    await failing('environment', client().activity({ environment: 'sandbox' }));
  });
});
