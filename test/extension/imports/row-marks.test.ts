import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkImportFile } from '../../../extension/src/imports/import-file.ts';
import { checkWords, countChecked } from '../../../extension/src/imports/import-words.ts';
import {
  editOf,
  markDetails,
  marksAfter,
  marksOf,
  markWords,
  type RowMark,
  runsOf,
  shortMarkWords,
} from '../../../extension/src/imports/row-marks.ts';
import type { KnownWrite } from '../../../shared/activity.ts';

const header = 'E-mail,First name,Last name,Namespace,Student ID';
const people = Array.from({ length: 300 }, (_, index) => `s${index}@example.edu,Ada,L,SIS,${index}`);
const check = (text: string) => checkImportFile(new TextEncoder().encode(text), 'createInvitation', {});

const now = Date.parse('2026-01-30T12:02:30.000Z');
const write = (state: KnownWrite['state'], more: Partial<KnownWrite> = {}): KnownWrite => ({
  ...{ id: '1', state, startedAt: '2026-01-30T12:00:00.000Z', requestId: 'req-1', mine: true },
  ...more,
});
const invited = write('succeeded', { result: { invitation: { invitationId: 'inv_1' } } });
const about = { operation: 'createInvitation', environment: 'sandbox' } as const;
const wordsOf = (mark: RowMark | undefined) => mark && markWords(mark, about, now);

describe('the marks of a file that was checked', () => {
  it('show the 37 new lines of tomorrow’s longer roster', async () => {
    const { rows } = await check([header, ...people, 'nobody,Ada,L,SIS,x'].join('\n'));
    const known = new Map(rows.slice(0, 263).map((row) => [row, invited]));
    const marks = marksOf(rows, known);
    assert.deepEqual(runsOf(marks, 'done'), [{ from: 1, to: 263 }]);
    assert.deepEqual(runsOf(marks, 'new'), [{ from: 264, to: 300 }]);
    assert.deepEqual(runsOf(marks, 'faulty'), [{ from: 301, to: 301 }]);
    const counts = countChecked(rows, known);
    assert.equal(checkWords(counts), '37 new, 263 done before, 1 faulty');
  });

  const states: [what: string, known: KnownWrite, kind: string, words: RegExp][] = [
    ['was invited', invited, 'done', /^Already invited in sandbox 2 min ago \(inv_1\)$/],
    ['was refused', write('refused', { code: 'CONFLICT' }), 'refused', /^Refused in sandbox 2 min ago$/],
    [
      'may have been invited',
      write('unknown'),
      'unknown',
      /^May have been invited in sandbox 2 min ago: the outcome is/,
    ],
    ['is being invited', write('in_flight'), 'unknown', /^Being sent to sandbox/],
    ['could not be sent', write('not_sent', { code: 'BUSY' }), 'new', /^Never sent to sandbox$/],
  ];
  for (const [what, known, kind, words] of states) {
    it(`say who ${what}`, async () => {
      const { rows } = await check(`${header}\n${people[0]}`);
      const [mark] = marksOf(rows, new Map(rows.map((row) => [row, known])));
      assert.equal(mark?.kind, kind);
      assert.match(wordsOf(mark) ?? '', words);
    });
  }

  it('say when it was, under which request, and whether somebody else sent it', async () => {
    const { rows } = await check(`${header}\n${people[0]}`);
    const [mark] = marksOf(rows, new Map(rows.map((row) => [row, { ...invited, mine: false }])));
    assert(mark);
    const details = markDetails(mark, about, now).join('\n');
    assert.match(details, /sent by somebody else/);
    assert.match(details, /Request req-1/);
    assert.doesNotMatch(details, /Code/);
  });

  it('have the code of a failure in their details, and not beside the line', () => {
    const refused = { line: 1, kind: 'refused' as const, known: write('refused', { code: 'CONFLICT' }) };
    const details = markDetails(refused, about, now);
    assert.deepEqual([details[0], details[2]], ['Refused in sandbox 2 min ago', 'Code CONFLICT']);
  });

  it('are at the line where a row begins, and nowhere if a line has several rows', async () => {
    const two = `${header}\n"a@example.edu","A\nB",L,SIS,1\nb@example.edu,B,L,SIS,2`;
    const { rows } = await check(two);
    assert.deepEqual(
      marksOf(rows, new Map()).map(({ line }) => line),
      [1, 3],
    );
    const json = await check('[{},{}]');
    assert.deepEqual(marksOf(json.rows, new Map()), []);
  });
});

describe('the marks of an import', () => {
  it('say what became of each row, and why', async () => {
    const { rows } = await check([header, ...people.slice(0, 6)].join('\n'));
    const ends = [
      { state: 'succeeded' as const, id: 'inv_2' },
      { state: 'known' as const },
      { state: 'refused' as const, code: 'CONFLICT', message: 'This person is invited.' },
      {
        ...{ state: 'not_sent' as const, code: 'NOT_REACHED' },
        message: 'Not sent: the import ended before this row.',
      },
      { state: 'unknown' as const, message: 'No answer.' },
    ];
    const results = rows.slice(0, 5).map((row, index) => ({
      ...{ row, reference: row.reference },
      ...(ends[index] ?? assert.fail()),
    }));
    const known = new Map(rows.slice(0, 2).map((row) => [row, invited]));
    // The last row is not sent yet.
    const marks = marksOf(rows, known, new Map(results.map((result) => [result.row, result])));
    // Problems says it to whoever points at the line, so the mark does not say it once more.
    const pointed = marks.map((mark) => markDetails(mark, about, now));
    assert.deepEqual(pointed[2], ['Code CONFLICT']);
    // Nothing is wrong with a row that the import had not come to.
    assert.equal(pointed[3]?.[0], 'Not sent to sandbox: the import ended before this row.');
    assert.equal(pointed[0]?.[0], 'Invited in sandbox (inv_2)');
    const beside = marks.slice(0, 2).map((mark) => shortMarkWords(mark, about, now));
    assert.deepEqual(beside, ['Invited in sandbox', 'Already invited in sandbox 2 min ago']);
    assert.deepEqual(
      marks.map((mark) => [mark.kind, wordsOf(mark)]),
      [
        ['done', 'Invited in sandbox (inv_2)'],
        ['done', 'Already invited in sandbox 2 min ago (inv_1)'],
        ['refused', 'Refused in sandbox: This person is invited.'],
        ['new', 'Not sent to sandbox: the import ended before this row.'],
        ['unknown', 'Outcome unknown in sandbox: No answer.'],
        ['new', 'Never sent to sandbox'],
      ],
    );
  });
});

describe('the marks of a file that is edited', () => {
  const marks = [1, 2, 3, 4].map((line): RowMark => ({ line, kind: 'new', words: `row ${line}` }));
  const at = (line: number, character: number) => ({ line, character });
  const edited = (start: ReturnType<typeof at>, end: ReturnType<typeof at>, text: string) =>
    marksAfter(marks, editOf({ start, end }, text)).map((mark) => ['words' in mark && mark.words, mark.line]);

  it('stay at their rows, except for the rows whose text is changed', () => {
    const changed = edited(at(2, 3), at(2, 5), 'x');
    assert.deepEqual(changed, [
      ['row 1', 1],
      ['row 3', 3],
      ['row 4', 4],
    ]);
  });

  it('move with their rows if whole lines are put in or taken away', () => {
    const added = edited(at(2, 0), at(2, 0), 'a\nb\n');
    assert.deepEqual(added, [
      ['row 1', 1],
      ['row 2', 4],
      ['row 3', 5],
      ['row 4', 6],
    ]);
    const removed = edited(at(1, 0), at(3, 0), '');
    assert.deepEqual(removed, [
      ['row 3', 1],
      ['row 4', 2],
    ]);
  });

  it('are gone from every line that a change touches', () => {
    assert.deepEqual(edited(at(1, 4), at(3, 1), 'x\ny'), [['row 4', 3]]);
  });
});
