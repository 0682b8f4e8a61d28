import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedRow } from '../../../../server/journal/imports/refused-row.ts';

const row = { caller: 'ada', import: { id: 'imp_1', perMinute: 120 } };

for (const [waitMs, seconds] of [
  [1, 1],
  [1_000, 1],
  [1_001, 2],
  [60_000, 60],
] as const)
  test(`a row that is ${waitMs} ms early is told to wait ${seconds} s`, () => {
    const { code, message, retryAfterSeconds } = refusedRow({ waitMs }, row, 'sandbox');
    assert.equal(code, 'RATE_LIMITED');
    assert.equal(retryAfterSeconds, seconds);
    assert.match(
      message,
      new RegExp(`in sandbox may send 120 rows a minute\\. Try again in ${seconds} s\\.$`),
    );
  });
