import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterOf } from '../../../server/network/retry-after.ts';

describe('Retry-After', () => {
  for (const [header, seconds] of [
    ['0', 0],
    ['7', 7],
    ['3600', 3600],
    ['999999999999', 3600],
    ['-1', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
    ['Wed, 21 Oct 2115 07:28:00 GMT', 3600],
  ] as const) {
    it(`of ${header} is ${seconds}`, () => assert.equal(retryAfterOf(header).retryAfterSeconds, seconds));
  }

  it('of a date is the time until then', () => {
    const inHalfAMinute = new Date(Date.now() + 30_000).toUTCString();
    const { retryAfterSeconds = 0 } = retryAfterOf(inHalfAMinute);
    assert(retryAfterSeconds >= 28 && retryAfterSeconds <= 30, String(retryAfterSeconds));
  });
});
