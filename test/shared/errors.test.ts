import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import { failureBody } from '../../shared/errors.ts';

const codes = Object.entries(errorCodes) as [ErrorCode, (typeof errorCodes)[ErrorCode]][];

describe('the codes of our own', () => {
  it('use 401 and 403 only for what is about our own caller', () => {
    const aboutTheCaller = codes.filter(([, { status }]) => status === 401 || status === 403);
    assert.deepEqual(aboutTheCaller.map(([code]) => code).sort(), [
      'FORBIDDEN',
      'HOST_NOT_ALLOWED',
      'IMPORTS_NOT_ALLOWED',
      'UNAUTHORIZED',
    ]);
  });

  it('are failures, and name a source that fits their status', () => {
    for (const [code, { status, source }] of codes) {
      assert(status >= 400 && status <= 504, code);
      if (status < 500) assert.equal(source, 'bff', code);
      if (status === 502 || status === 504) assert.notEqual(source, 'bff', code);
    }
  });

  it('say of an earlier write with the same key that it may have happened, or nothing', () => {
    for (const [code, outcome] of [
      ['IDEMPOTENCY_IN_PROGRESS', null],
      ['OUTCOME_KNOWN', null],
      ['OUTCOME_UNKNOWN', 'unknown'],
    ] as const) {
      const { status, source } = errorCodes[code];
      assert.deepEqual([status, source, errorCodes[code].outcome], [409, 'bff', outcome], code);
    }
  });

  it('promise that nothing was sent only where nothing can have been', () => {
    for (const [code, { source, outcome, status }] of codes) {
      // It is about another write than the one that it answers.
      if (status === 409) continue;
      // Before Pearsana is called, there is nothing to be unsure of; after it, only its own "no" is sure.
      if (source === 'auth' || (source === 'bff' && status !== 500)) assert.equal(outcome, 'not_sent', code);
      else assert.notEqual(outcome, 'not_sent', code);
    }
  });

  for (const [code, status] of [
    ['VALIDATION_ERROR', 400],
    ['ENVIRONMENT_NOT_FOUND', 404],
    ['METHOD_NOT_ALLOWED', 405],
    ['PAYLOAD_TOO_LARGE', 413],
    ['UNSUPPORTED_MEDIA_TYPE', 415],
    ['CONFIRMATION_REQUIRED', 428],
    ['RATE_LIMITED', 429],
    ['CLIENT_CREDENTIALS_REJECTED', 502],
    ['SCOPE_NOT_ENABLED', 502],
    ['AUTH_BAD_RESPONSE', 502],
    ['PARTNER_UNAUTHORIZED', 502],
    ['INSUFFICIENT_SCOPE', 502],
    ['PARTNER_UNREACHABLE', 502],
    ['PARTNER_BAD_RESPONSE', 502],
    ['PARTNER_ERROR', 502],
    ['AUTH_UNREACHABLE', 503],
    ['BUSY', 503],
    ['SHUTTING_DOWN', 503],
    ['JOURNAL_UNAVAILABLE', 503],
    ['PARTNER_TIMEOUT', 504],
    ['AUTH_TIMEOUT', 504],
    ['INTERNAL', 500],
    ['IDEMPOTENCY_IN_PROGRESS', 409],
    ['OUTCOME_UNKNOWN', 409],
    ['IDEMPOTENCY_MISMATCH', 422],
    ['JOURNAL_UNAVAILABLE', 503],
  ] as const) {
    it(`answer ${code} with ${status}`, () => assert.equal(errorCodes[code].status, status));
  }
});

describe('the envelope of a failure', () => {
  const least = { code: 'A', message: 'b', requestId: 'c', source: 'bff', retryable: false };

  it('needs code, message, request id, source and whether to try again', () => {
    assert.equal(failureBody.safeParse({ error: least }).success, true);
    for (const name of Object.keys(least)) {
      assert.equal(failureBody.safeParse({ error: { ...least, [name]: undefined } }).success, false, name);
    }
  });

  it('knows three sources and three outcomes', () => {
    assert.equal(failureBody.safeParse({ error: { ...least, source: 'nginx' } }).success, false);
    assert.equal(failureBody.safeParse({ error: { ...least, outcome: 'maybe' } }).success, false);
  });
});
