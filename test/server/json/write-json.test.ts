import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonPieces, writeJson } from '../../../server/json/write-json.ts';

const piece = 256 * 1024;
async function noTurn(): Promise<void> {}

async function textOf(value: unknown): Promise<string> {
  let text = '';
  for await (const each of jsonPieces(value, noTurn)) text += each;
  return text;
}

describe('JSON in pieces', () => {
  it('is what JSON.stringify gives, however long its texts are', async () => {
    const long = fc
      .tuple(fc.string({ unit: 'binary' }), fc.nat(2 * piece))
      .map(([text, length]) => text.padStart(length, text || 'a'));
    const values = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), long, tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    })).value;
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        assert.equal(await textOf(value), JSON.stringify(value));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the two halves of a character together at the end of a piece', async () => {
    for (const before of [piece - 2, piece - 1, piece]) {
      const text = `${'a'.repeat(before)}😀${'b'.repeat(piece)}`;
      assert.equal(await textOf([text]), JSON.stringify([text]));
    }
    const alone = `${'a'.repeat(piece - 1)}\ud83d${'b'.repeat(piece)}`;
    assert.equal(await textOf([alone]), JSON.stringify([alone]));
  });

  it('fits over the bytes that it was read from, whatever they were', async () => {
    const texts = fc.json({ stringUnit: 'binary' }).map((text) => text.replaceAll(',', ' , '));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const value: unknown = JSON.parse(text);
        const written = await writeJson(value, Buffer.from(text), noTurn);
        assert.equal(written.toString(), JSON.stringify(value));
      }),
    );
  });

  it('ends a turn for every four million characters or so', async () => {
    let turns = 0;
    const value = { a: Array.from({ length: 40 }, () => 'x'.repeat(1024 * 1024)) };
    const countTurn = async () => {
      turns += 1;
    };
    for await (const each of jsonPieces(value, countTurn)) assert(each.length <= piece);
    assert(turns >= 9 && turns <= 10, String(turns));
  });
});
