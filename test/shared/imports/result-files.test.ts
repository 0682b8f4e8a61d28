import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkRoster } from '../../../shared/imports/check-roster.ts';
import { formatCsv } from '../../../shared/imports/csv-table.ts';
import { encodeText, readText } from '../../../shared/imports/file-text.ts';
import { type RowResult, resultsFile, toMendFile } from '../../../shared/imports/result-files.ts';
import type { Roster } from '../../../shared/imports/roster.ts';
import { breathe, read } from './read.ts';

const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

const header = ['E-mail', 'First name', 'Last name', 'Notes'];

function failed(roster: Roster, message = 'E-mail: is required'): RowResult[] {
  return roster.rows.map((row) => ({ row, reference: 'SIS 1', state: 'refused', message }));
}

/** What a cell that was read can contain: a carriage return counts as a line end, and a lost letter is refused. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('\n', '"', '""', ',', ';', '\t', ' ', '=', '+', '-', '@', "'", '\uFEFF'),
);
const cell = fc.array(piece, { maxLength: 5 }).map((pieces) =>
  pieces
    .join('')
    .toWellFormed()
    .replaceAll(/[\r\0\uFFFD]/g, ''),
);
const filled = fc.tuple(cell, cell, cell, cell).filter((cells) => cells.some((each) => each.trim() !== ''));

/** The line of the file where each row begins, below the header: a line end in a cell is one more line of the file. */
function linesOf(rows: readonly (readonly string[])[]): number[] {
  let line = 2;
  return rows.map((cells) => {
    const begins = line;
    line += cells.join('').split('\n').length;
    return begins;
  });
}

describe('the file of rows to mend', () => {
  it('gives the same rows when it is read again, whatever the cells contain, and each row its line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(filled, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(',' as const, ';' as const, '\t' as const),
        async (rows, delimiter) => {
          const first = await read(formatCsv([header, ...rows], delimiter));
          assert.deepEqual(first.faults, []);
          assert.deepEqual(
            first.rows.map(({ line }) => line),
            linesOf(rows),
          );
          const second = await read(toMendFile(first, failed(first)));
          assert.deepEqual(
            second.rows.map(({ draft, cells }) => [draft, cells.slice(0, header.length)]),
            first.rows.map(({ draft, cells }) => [draft, cells]),
          );
          // A file that is corrected twice still has only one column of remarks.
          const third = await read(toMendFile(second, failed(second, 'again')));
          assert.deepEqual(third.columns, second.columns);
        },
      ),
      { seed: 20260130, numRuns: 500 },
    );
  });

  it('has the rows that were certainly not done, and says what was wrong with each', async () => {
    const roster = await read(
      'E-mail,First name\na@example.edu,=1+1\nb@example.edu,B\nc@example.edu,C\nd@example.edu,D',
    );
    const states = ['invalid', 'succeeded', 'unknown', 'not_sent'] as const;
    const results = roster.rows.map(
      (row, index): RowResult => ({
        ...{ row, reference: '', state: states[index] ?? 'known' },
        message: 'Last name: is required',
      }),
    );
    assert.equal(
      textOf(toMendFile(roster, results)),
      'E-mail,First name,What to mend\r\na@example.edu,=1+1,Last name: is required\r\nd@example.edu,D,Last name: is required\r\n',
    );
  });

  it('names the line of the original file where a person is in it twice', async () => {
    const person = 'SIS,1,a@example.edu,Ada,Lovelace';
    const roster = await read(
      `Namespace,External ID,E-mail,First name,Last name\n${person}\n${person}`,
      'createInvitation',
    );
    const rows = await checkRoster(roster, { breathe });
    const results = rows.flatMap((row): RowResult[] => {
      const [fault] = row.faults;
      return fault ? [{ row, reference: row.reference, state: 'invalid', message: fault.message }] : [];
    });
    const [, line] = textOf(toMendFile(roster, results, 'first.csv')).split('\r\n');
    assert.equal(line, `${person},This external ID is already in line 2 of first.csv. Delete this row.`);
  });

  it('keeps cells that have no column, so they are still a fault', async () => {
    const roster = await read('E-mail,First name\na@example.edu,A,more');
    const again = await read(toMendFile(roster, failed(roster)));
    assert.deepEqual(again.rows[0]?.cells.slice(0, 3), ['a@example.edu', 'A', 'more']);
    assert.equal(again.columns[2]?.header, '');
  });

  it('is JSON if the file was JSON, and its remarks are not read as part of the requests', async () => {
    const roster = await read('[{"email": "a"}, {"email": "b"}]');
    const again = await read(toMendFile(roster, failed(roster)));
    assert.deepEqual(
      again.rows.map(({ draft }) => draft),
      [{ email: 'a' }, { email: 'b' }],
    );
  });
});

describe('the file of results', () => {
  it('has a line for every row, and no cell that a spreadsheet would run as a formula', async () => {
    const roster = await read('E-mail\na@example.edu');
    const [row] = roster.rows;
    assert(row);
    const bytes = resultsFile(roster, [
      {
        ...{
          row,
          reference: '=HYPERLINK("x") 1',
          state: 'refused',
          code: 'VALIDATION_ERROR',
          message: '-1+1|cmd',
        },
        ...{ requestId: 'r-1', id: '@SUM', at: '2026-11-25T10:00:00.000Z' },
      },
    ]);
    assert.equal(
      textOf(bytes),
      'line,reference,state,code,message,request id,Pearsana\'s id,time\r\n2,"\'=HYPERLINK(""x"") 1",refused,VALIDATION_ERROR,\'-1+1|cmd,r-1,\'@SUM,2026-11-25T10:00:00.000Z\r\n',
    );
  });
});

describe('both files', () => {
  const table = (delimiter: string) =>
    ['E-mail,First name,Last name', 'ä@example.edu,Žofie,😀'].join('\r\n').replaceAll(',', delimiter);

  for (const encoding of ['utf-8', 'utf-8-marked', 'utf-16le', 'utf-16be'] as const)
    for (const delimiter of [',', ';', '\t'] as const)
      it(`are written as the roster was: ${encoding}, separated by ${JSON.stringify(delimiter)}`, async () => {
        const roster = await read(encodeText(table(delimiter), encoding));
        assert.deepEqual([roster.encoding, roster.delimiter], [encoding, delimiter]);
        assert.deepEqual(roster.faults, []);
        const again = await read(toMendFile(roster, failed(roster)));
        assert.deepEqual([again.encoding, again.delimiter], [encoding, delimiter]);
        assert.deepEqual(again.rows[0]?.cells.slice(0, 3), ['ä@example.edu', 'Žofie', '😀']);
        const results = await readText(resultsFile(roster, failed(roster)), breathe);
        assert('text' in results);
        assert.equal(results.encoding, encoding);
        assert.equal(results.text.split('\n')[0]?.split(delimiter).length, 8);
      });

  it('begin with the byte order mark by which a spreadsheet knows the encoding, if the roster did', async () => {
    const roster = await read('\uFEFFE-mail\na@example.edu');
    for (const bytes of [toMendFile(roster, failed(roster)), resultsFile(roster, failed(roster))])
      assert.deepEqual([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  });
});
