import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorCodeOf } from '../../server/error-code.ts';

describe('the code of a failed connection', () => {
  const coded = (code: unknown, cause?: unknown) => Object.assign(new Error('canary', { cause }), { code });
  for (const [what, error, code] of [
    ['at the top', coded('ECONNREFUSED'), 'ECONNREFUSED'],
    ['in the cause', new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), 'ENOTFOUND'],
    ['below a code that is none', coded('not a code', coded('ECONNRESET')), 'ECONNRESET'],
    ['that is a number', coded(20), 'no code'],
    ['that is missing', new Error('canary'), 'no code'],
    ['of no error', 'ECONNREFUSED', 'no code'],
  ] as const) {
    it(`${what} is ${code}`, () => assert.equal(errorCodeOf(error), code));
  }

  it('ends its search in a circle of causes', () => {
    const error = new Error('a');
    error.cause = error;
    assert.equal(errorCodeOf(error), 'no code');
  });
});
