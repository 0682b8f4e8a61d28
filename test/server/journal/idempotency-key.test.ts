import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BffError } from '../../../server/bff-error.ts';
import { idempotencyKeyOf } from '../../../server/journal/idempotency-key.ts';

describe('the header Idempotency-Key', () => {
  const longest = 'k'.repeat(255);
  for (const [header, key] of [
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['a,b;c=d', 'a,b;c=d'],
    ['a"b', 'a"b'],
    ['!', '!'],
    [longest, longest],
    [`"${longest}"`, longest],
  ] as const) {
    it(`${header.slice(0, 40)} is the key ${key.slice(0, 40)}`, () =>
      assert.equal(idempotencyKeyOf(header), key));
  }

  it('may be missing', () => assert.equal(idempotencyKeyOf(undefined), undefined));

  for (const header of [
    '',
    '""',
    '"',
    '"abc',
    '"a"b"',
    '"a\\b"',
    '"a" ;b',
    'a b',
    '"a b"',
    'a, b',
    'ä',
    'a\u007f',
    `${longest}k`,
    `"${longest}k"`,
  ]) {
    it(`${JSON.stringify(header.slice(0, 40))} is none`, () => {
      assert.throws(
        () => idempotencyKeyOf(header),
        (error) =>
          error instanceof BffError && error.code === 'VALIDATION_ERROR' && !error.message.includes('"'),
      );
    });
  }
});
