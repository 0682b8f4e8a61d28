import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isExact, parseExactly } from '../../../server/json/exact-numbers.ts';
import { createJsonScan, JsonTooComplex } from '../../../server/json/json-scan.ts';

/** Gives a scan the text in pieces that end at these places. */
function scanOf(text: string, cuts: readonly number[] = []) {
  const scan = createJsonScan();
  const bytes = Buffer.from(text);
  let at = 0;
  for (const cut of [
    ...cuts.map((each) => each % (bytes.byteLength + 1)).sort((a, b) => a - b),
    bytes.byteLength,
  ]) {
    scan.add(bytes.subarray(at, cut));
    at = cut;
  }
  return scan;
}

describe('a scan of JSON', () => {
  const values: [what: string, fits: string, tooMuch: string][] = [
    ['levels', '['.repeat(64) + ']'.repeat(64), '['.repeat(65)],
    ['levels of objects', '{"a":'.repeat(64), '{"a":'.repeat(65)],
    ['values', `[${'1,'.repeat(19_999)}`, `[${'1,'.repeat(20_000)}`],
    ['lists', '[],'.repeat(10_000), '[],'.repeat(10_001)],
    ['letters in names', `{"${'n'.repeat(256 * 1024)}"`, `{"${'n'.repeat(256 * 1024 + 1)}"`],
    ['digits', `[${'1'.repeat(1_000)}]`, `[${'1'.repeat(1_001)}]`],
    ['other letters in a text', `"${'ü'.repeat(32 * 1024)}"`, `"${'ü'.repeat(32 * 1024 + 1)}"`],
    ['line breaks in a text', `"${'\\n'.repeat(32 * 1024)}"`, `"${'\\n'.repeat(32 * 1024 + 1)}"`],
    [
      'plus signs in a file',
      `"${`${'A'.repeat(40)}\\u002b`.repeat(5_000)}"`,
      `"${`${'A'.repeat(10)}\\u002b`.repeat(5_000)}"`,
    ],
  ];
  for (const [what, fits, tooMuch] of values) {
    it(`refuses too many ${what}, wherever the pieces end`, () => {
      for (const cuts of [[], [1], [7, 8, 9], [40_000], [65_536, 65_537]]) {
        scanOf(fits, cuts);
        assert.throws(() => scanOf(tooMuch, cuts), JsonTooComplex);
      }
    });
  }

  it('lets a file of slashes pass, as some encoders escape them', () => {
    scanOf(`{"file":"${'\\/'.repeat(1_000_000)}"}`);
  });

  it('counts afresh in each text, and no comma, bracket or digit within one', () => {
    scanOf(`[${Array.from({ length: 10_000 }, () => '"[{,1e999"').join()}]`);
    scanOf(`["${'[{,\\"'.repeat(10_000)}"]`);
  });

  it('finds the numbers that would be written otherwise, and no others, wherever the pieces end', () => {
    const texts = fc.json({ stringUnit: 'binary' });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(2_000), { maxLength: 4 }), (text, cuts) => {
        assert.equal(scanOf(text, cuts).hasInexactNumber(), false, text);
      }),
      { numRuns: 50 },
    );
    for (const number of [
      '1234567890123456789',
      '1e400',
      '1.0',
      '-0',
      '1e2',
      '0.1000',
      '1E5',
      '-0.0',
      '12345678901234567.5',
    ]) {
      for (const text of [number, `[${number}]`, `{"a":"x","b":${number}}`, `[1,${number},true]`]) {
        for (let cut = 0; cut <= text.length; cut += 1)
          assert.equal(scanOf(text, [cut]).hasInexactNumber(), true, `${text} cut at ${cut}`);
      }
      assert.equal(scanOf(`["${number}", "\\"${number}"]`).hasInexactNumber(), false);
    }
    for (const word of [
      'true',
      'false',
      'null',
      '[true,null]',
      '0',
      '-1',
      '1.5',
      '9007199254740991',
      '1e+21',
    ])
      assert.equal(scanOf(word).hasInexactNumber(), false, word);
  });
});

describe('numbers', () => {
  it('are read so that they are written again as they were', () => {
    const text = '{"a":[1234567890123456789,1e400,-0,1.0,2,"1.0",{"b":0.10}],"c":1E5}';
    assert.equal(JSON.stringify(parseExactly(text)), text);
  });

  it('are exact where JavaScript writes them in the same way', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        assert.equal(isExact(JSON.stringify(number)), true);
      }),
    );
  });
});
