// That a list is read entry by entry as JSON.parse reads it at once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { readJsonRows } from '../../../shared/imports/json-rows.ts';
import { breathe } from './read.ts';

const read = (text: string) => readJsonRows(text, { mostRows: 10_000, breathe });

/** The list in a text; undefined if it is not a JSON list, or empty. */
function wholeList(text: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 ? list : undefined;
  } catch {
    return undefined;
  }
}

const entry = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('{}', '[]', 'null', '-1.5e3', '"a\\"],[{\\\\"', '"\\u007b"', '"ü,"'),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(' ,\n')}]`),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `{${all.map((each, at) => `"${at}": ${each}`)}}`),
  ),
})).value as fc.Arbitrary<string>;
const blank = fc.constantFrom('', ' ', '\n', '\n\t\n');
const list = fc.array(
  fc.tuple(blank, entry, blank).map((all) => all.join('')),
  { maxLength: 6 },
);
/** Most of them are whole; the others lack something, or have something too much. */
const text = fc
  .tuple(
    list.map((all) => `[${all}]`),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom('', ',', ']', '[', '}', '{', '"', 'x', ' '),
  )
  .map(([whole, place, cut, more]) => {
    const at = place % (2 * whole.length);
    return at < whole.length ? whole.slice(0, at) + more + whole.slice(at + cut) : whole;
  });

describe('a list of requests', () => {
  it('is read as JSON.parse reads it, and refused where JSON.parse refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const { rows, faults } = await read(text);
        const expected = wholeList(text);
        assert.equal(faults.length, expected ? 0 : 1);
        assert.deepEqual(
          rows.map(({ request }) => request),
          expected ?? [],
        );
        const lines = text.split('\n');
        for (const { line } of [...rows, ...faults])
          assert(line === undefined || lines[line - 1] !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the line of each entry, whichever line ends are inside the others', async () => {
    const { rows } = await read('\n[ {"a":\n1}\n,\n\n{} , [\n] ]\n');
    assert.deepEqual(
      rows.map(({ line }) => line),
      [2, 6, 6],
    );
  });

  const broken: [what: string, text: string, line: number][] = [
    ['a missing entry', '[\n{},\n,{}]', 3],
    ['a comma too many', '[{},\n{},\n]', 3],
    ['a wrong bracket', '[{},\n{"a": 1]]', 2],
    ['a text that never ends', '[{},\n{"a": "b}]', 2],
    ['no end', '[{},\n{}\n', 3],
    ['something after it', '[{}\n] {}', 2],
    ['a name without quotes', '[{},\n{"a": 1,\n b: 2}]', 3],
  ];
  for (const [what, text, line] of broken) {
    it(`is refused for ${what}, by its line`, async () => {
      assert.deepEqual(await read(text), {
        rows: [],
        faults: [{ line, message: 'This is not valid JSON.' }],
      });
    });
  }

  it('may have 10,000 entries and no more', async () => {
    const many = (count: number) => `[${Array.from({ length: count }, () => '{}').join()}]`;
    assert.equal((await read(many(10_000))).rows.length, 10_000);
    assert.match((await read(many(10_001))).faults[0]?.message ?? '', /more than 10,000/);
  });
});
