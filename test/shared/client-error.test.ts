import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { isSignedOut } from '../../client/session-client.ts';
import { ClientError } from '../../shared/client-error.ts';

const failure = { code: 'UNAUTHORIZED' };

describe('an error of the client', () => {
  it('can be made by a test, with what the test needs', () => {
    const error = new ClientError({ reason: 'refused', status: 401, failure, outcome: 'not_sent' });
    assert(error instanceof ClientError && error instanceof Error);
    assert.deepEqual(error.failure, {
      ...{ code: 'UNAUTHORIZED', message: 'UNAUTHORIZED', requestId: '', source: 'bff', retryable: false },
    });
    assert.deepEqual([error.name, error.message, error.outcome], ['ClientError', 'UNAUTHORIZED', 'not_sent']);
    assert.match(inspect(error), /^ClientError: UNAUTHORIZED/);
    assert(isSignedOut(error));
  });

  it('has what its reason has, without a question mark', () => {
    const status = (error: ClientError): number => {
      if (error.reason === 'refused') return error.failure.code.length + error.status;
      if (error.reason === 'proxy' || error.reason === 'contract') return error.status;
      error.failure satisfies undefined;
      if (error.reason === 'environment') return error.environment.length;
      // @ts-expect-error A status is not always known.
      const unknown: number = error.status;
      return unknown;
    };
    assert.equal(status(new ClientError({ reason: 'proxy', status: 502 })), 502);
  });

  it('is known by another copy of the package', async () => {
    const file = pathToFileURL(join(import.meta.dirname, '../../shared/client-error.ts'));
    const other: { ClientError: typeof ClientError } = await import(`${file}?copy`);
    assert.notEqual(other.ClientError, ClientError);
    const error = new other.ClientError({ reason: 'refused', status: 401, failure });
    assert(error instanceof ClientError);
    assert(isSignedOut(error));
    assert(new ClientError({ reason: 'timeout' }) instanceof other.ClientError);
  });

  it('is nothing else', () => {
    for (const other of [new Error('x'), { reason: 'timeout' }, null, undefined, 'ClientError', () => {}])
      assert.equal(other instanceof ClientError, false);
  });
});
