import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeFinder } from '../../../extension/src/imports/cell-places.ts';
import { checkRoster } from '../../../shared/imports/check-roster.ts';
import { breathe, read } from '../../shared/imports/read.ts';

/** The text at each fault of a file. */
async function faultyTexts(text: string): Promise<string[]> {
  const roster = await read(text);
  const placeOf = placeFinder(roster);
  const lines = text.split('\n');
  const rows = await checkRoster(roster, { breathe });
  return rows
    .flatMap(({ faults }) => faults)
    .map((fault) => {
      const { start, end } = placeOf(fault);
      if (start.line === end.line) return lines[start.line]?.slice(start.character, end.character) ?? '';
      const middle = lines.slice(start.line + 1, end.line);
      const from = lines[start.line]?.slice(start.character);
      return [from, ...middle, lines[end.line]?.slice(0, end.character)].join('\n');
    });
}

describe('the place of a fault', () => {
  const header = 'First name,E-mail,Last name,Namespace,Student ID';
  it('is its cell', async () => {
    assert.deepEqual(await faultyTexts(`${header}\nAda,nobody,Lovelace,SIS,1\n`), ['nobody']);
  });
  it('is its cell after cells with separators, quotes and line ends', async () => {
    const text = `${header}\n"A ""d"", a\nB",nobody,Lovelace,SIS,1\nAda,a@b.co,L,SIS,1.2E+10`;
    assert.deepEqual(await faultyTexts(text), ['nobody', '"A ""d"", a\nB"', '1.2E+10']);
  });
  it('is between the separators where the cell is empty, and at the end of a row that is too short', async () => {
    assert.deepEqual(await faultyTexts(`${header}\nAda,,Lovelace,SIS,1`), [',,']);
    assert.deepEqual(await faultyTexts(`${header}\n,a@b.co,Lovelace,SIS,1\n`), [',']);
    assert.deepEqual(await faultyTexts(`${header}\nAda,a@b.co,,SIS,1`), [',,']);
    assert.deepEqual(await faultyTexts(`${header}\nAda,a@b.co,Lovelace,SIS,\n`), [',']);
    assert.deepEqual(await faultyTexts(`${header}\nAda,a@b.co,Lovelace,SIS\nAda,,L,SIS,2`), ['S', ',,']);
  });
});
