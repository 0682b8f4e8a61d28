import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandError, failureOf, traceableId } from '../../../extension/src/failures/command-failure.ts';
import { createClient } from '../../../shared/client.ts';
import { backend, failureSample } from '../samples.ts';

/** What the client makes of an answer, as a failure. */
async function failureFrom(answer: () => Response | Promise<Response>, signal?: AbortSignal) {
  const client = createClient({ baseUrl: backend, accessKey: 'k', fetch: async () => answer() });
  const options = { environment: 'sandbox', requestId: 'r-1', ...(signal && { signal }) };
  return failureOf(
    await client.ping(options).then(
      () => assert.fail('It should fail.'),
      (error: unknown) => error,
    ),
  );
}

const refusal = {
  code: 'RATE_LIMITED',
  message: 'Too many.',
  requestId: 'r-2',
  source: 'bff',
  retryable: true,
};

describe('failureOf', () => {
  it('keeps what the BFF said, and how long to wait', async () => {
    const failure = await failureFrom(() =>
      Response.json({ error: refusal }, { status: 429, headers: { 'retry-after': '7' } }),
    );
    assert.deepEqual(failure, { ...refusal, environment: 'sandbox', retryAfterSeconds: 7 });
  });

  it('has a code of its own for each other way to fail', async () => {
    const down = await failureFrom(() => Promise.reject(new TypeError('fetch failed')));
    assert.equal(down.code, 'BFF_UNREACHABLE');
    assert.equal(down.requestId, 'r-1');
    assert.equal(down.retryable, true);
    assert.equal((await failureFrom(() => new Response('<html>'))).code, 'CONTRACT_BROKEN');
    assert.equal((await failureFrom(() => Response.json({}, { status: 500 }))).code, 'CONTRACT_BROKEN');
    const aborted = await failureFrom(() => Promise.reject(new Error('aborted')), AbortSignal.abort());
    assert.equal(aborted.code, 'CANCELLED');
  });

  it('tells an answer from another environment', async () => {
    const partner = {
      status: 200,
      durationMs: 1,
      requestId: null,
      apiVersion: null,
      apiVersionLatest: null,
      apiVersionSupported: null,
    };
    const result = { status: 'ok', message: 'pong', clientId: 'c', scopes: [] };
    const failure = await failureFrom(() =>
      Response.json({ environment: 'production', requestId: 'r-3', result, partner }),
    );
    assert.equal(failure.code, 'ENVIRONMENT_MISMATCH');
    assert.equal(failure.environment, 'sandbox');
  });

  it('takes anything that is thrown, and no request id from nowhere', () => {
    assert.equal(failureOf(new CommandError('NOT_SIGNED_IN', 'No.')).code, 'NOT_SIGNED_IN');
    for (const thrown of [new Error('x'), 'x', undefined]) {
      const failure = failureOf(thrown);
      assert.equal(failure.code, 'UNEXPECTED');
      assert(!('requestId' in failure));
    }
  });
});

describe('the id that people are given to look for', () => {
  it('is that of a request that was answered, or may have left', async () => {
    const answered = await failureFrom(() => Response.json({ error: refusal }, { status: 429 }));
    assert.equal(traceableId(answered), 'r-2');
    const write = failureSample('BFF_UNREACHABLE', { source: 'extension', outcome: 'unknown' });
    assert.equal(traceableId(write), 'request-1');
  });

  it('is none where nobody answered, whoever was asked before it, or where nothing was asked', async () => {
    const down = await failureFrom(() => Promise.reject(new TypeError('fetch failed')));
    assert.equal(traceableId(down), undefined);
    assert.equal(traceableId(await failureFrom(() => new Response('<html>'))), undefined);
    const invalid = failureSample('ARGUMENTS_INVALID', { source: 'extension', outcome: 'not_sent' });
    assert.equal(traceableId(invalid), undefined);
  });
});
