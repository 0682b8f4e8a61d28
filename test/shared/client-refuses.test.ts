import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClientOptions, createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import { samples } from '../support/requests/write-samples.ts';

/** A client whose `fetch` must not be called, and the error of what it is asked. */
async function unsent(
  call: (client: ReturnType<typeof createClient>) => Promise<unknown>,
): Promise<ClientError> {
  const sent: unknown[] = [];
  const client = createClient({
    baseUrl: 'https://bff.example.com',
    fetch: async (input) => {
      sent.push(input);
      return new Response();
    },
  });
  const error = await call(client).then(
    () => assert.fail('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  assert.deepEqual(sent, []);
  assert(error instanceof ClientError, String(error));
  assert.equal(error.reason, 'invalid');
  return error;
}

const withBigNumber = { ...samples.submitDocument.least, verificationMetadata: { a: 1n } };

describe('the client sends nothing', () => {
  it('of a request that breaks its contract, and says where', async () => {
    const request = { ...samples.createInvitation.least, email: 'nobody', externalReferences: [] };
    const error = await unsent((client) =>
      client.createInvitation({ environment: 'sandbox', request, requestId: 'mine' }),
    );
    assert.deepEqual(error.issues, [
      { path: 'email', message: '`nobody` is not an e-mail address' },
      { path: 'externalReferences', message: 'must have at least one entry' },
    ]);
    assert.equal(
      error.message,
      'email: `nobody` is not an e-mail address\nexternalReferences: must have at least one entry',
    );
    assert.deepEqual(
      [error.outcome, error.requestId, error.environment, error.status, error.failure],
      ['not_sent', 'mine', 'sandbox', undefined, undefined],
    );
  });

  for (const environment of ['', '.', '..', '\ud800', 'a\udfff']) {
    it(`to an environment ${JSON.stringify(environment)}, which would leave its place in the path`, async () => {
      const request = samples.createUser.least;
      const write = await unsent((client) => client.createUser({ environment, request }));
      const read = await unsent((client) => client.ping({ environment }));
      assert.deepEqual([write.message, write.outcome], ['environment: is not a name', 'not_sent']);
      assert.deepEqual([read.message, read.outcome], ['environment: is not a name', undefined]);
    });
  }

  for (const [what, options, path] of [
    ['no options at all', undefined, 'environment'],
    ['no environment', { environment: undefined }, 'environment'],
    ['an environment that is no text', { environment: 7 }, 'environment'],
    ['a request id with a line end', { environment: 'sandbox', requestId: 'a\nb' }, 'requestId'],
    ['a request id that is too long', { environment: 'sandbox', requestId: 'a'.repeat(129) }, 'requestId'],
    ['a negative time limit', { environment: 'sandbox', timeoutMs: -1 }, 'timeoutMs'],
    ['an endless time limit', { environment: 'sandbox', timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
    ['a time limit beyond what timers can wait', { environment: 'sandbox', timeoutMs: 3e9 }, 'timeoutMs'],
    ['a time limit in words', { environment: 'sandbox', timeoutMs: '100' }, 'timeoutMs'],
    ['a signal that is none', { environment: 'sandbox', signal: {} }, 'signal'],
    ['a confirmation that is no text', { environment: 'sandbox', confirm: true }, 'confirm'],
    ['an import that is no text', { environment: 'sandbox', importId: 7 }, 'importId'],
    ['a key that is no text', { environment: 'sandbox', idempotencyKey: 7 }, 'idempotencyKey'],
    ['no request', { environment: 'sandbox', request: undefined }, ''],
    ['a number that JSON cannot write', { environment: 'sandbox', request: withBigNumber }, 'request'],
  ] as const) {
    it(`with ${what}, and says so as it says everything`, async () => {
      const request = { ...samples.submitDocument.least };
      const error = await unsent((client) =>
        (client.submitDocument as (given: unknown) => Promise<unknown>)(options && { request, ...options }),
      );
      assert.equal(error.issues[0]?.path, path, error.message);
      assert.equal(error.outcome, 'not_sent');
    });
  }

  it('of a question whose answers are no page', async () => {
    const error = await unsent((client) => client.activity({ environment: 'sandbox', before: 7 as never }));
    assert.deepEqual(error.issues, [{ path: 'before', message: 'must be text' }]);
  });

  for (const timeoutMs of [-1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 3e9, '100' as never]) {
    it(`with a time limit of ${timeoutMs} for all calls, and says so before any call`, () => {
      assert.throws(() => createClient({ baseUrl: 'https://bff.example.com', timeoutMs }), {
        name: 'TypeError',
        message: /^timeoutMs must be a whole number from 1 to /,
      });
    });
  }

  for (const [environment, part] of [
    ['a/b', 'a%2Fb'],
    ['../..', '..%2F..'],
    ['%2e%2e', '%252e%252e'],
    ['a\\b', 'a%5Cb'],
    ['...', '...'],
  ] as const) {
    it(`outside of one part of the path to ${environment}`, async () => {
      const sent: string[] = [];
      const client = createClient({
        baseUrl: 'https://bff.example.com',
        fetch: async (input) => {
          sent.push(new URL(String(input)).pathname);
          return new Response('{}');
        },
      });
      await assert.rejects(client.ping({ environment }), ClientError);
      assert.deepEqual(sent, [`/api/environments/${part}/ping`]);
    });
  }

  for (const accessKey of ['', ' ', 'a b', 'a\n', 'schlüssel', '☃', 'a\u0000', '\ud800', 'key\u00a0']) {
    it(`with the access key ${JSON.stringify(accessKey)}, and says so before any call`, () => {
      const options: ClientOptions = { baseUrl: 'https://bff.example.com', accessKey };
      assert.throws(() => createClient(options), {
        name: 'TypeError',
        message: 'The access key must be visible ASCII, and not empty.',
      });
    });
  }
});
