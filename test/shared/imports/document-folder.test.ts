import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folderRows, guessPattern, idInName } from '../../../shared/imports/document-folder.ts';
import { check } from './read.ts';

describe('a folder of documents', () => {
  const names = [
    'transcript-20260001.pdf',
    'transcript-20260002.pdf',
    'read me.txt',
    'transcript-20260003.pdf',
  ];

  it('has the pattern that most of its names share', () => {
    assert.equal(guessPattern(names), 'transcript-{id}.pdf');
    assert.equal(guessPattern(['20260001 final.pdf', '20260002 final.pdf']), '{id} final.pdf');
    assert.equal(guessPattern(['a.pdf', 'b.pdf']), undefined);
    const sameDay = [7, 8, 9].map((id) => `export-20261126-${id}.pdf`);
    assert.equal(guessPattern(sameDay), 'export-20261126-{id}.pdf');
    assert.equal(guessPattern(['2026 S20260001 v2.pdf', '2026 S20260002 v2.pdf']), '2026 S{id} v2.pdf');
    assert.equal(guessPattern(['transcript-20260001-2026-05.p7m']), 'transcript-{id}-2026-05.p7m');
  });

  it('becomes rows by a pattern, with a list of the names that do not match', async () => {
    const { csv, unfit } = folderRows(names, 'transcript-{id}.pdf');
    assert.deepEqual(unfit, ['read me.txt']);
    const rows = await check(csv, 'submitDocument', {
      set: { namespace: 'SIS', documentType: 'OFFICIAL_TRANSCRIPT' },
    });
    assert.deepEqual(
      rows.map(({ reference, draft, faults }) => [reference, draft.file, faults.length]),
      [
        ['SIS 20260001', 'transcript-20260001.pdf', 0],
        ['SIS 20260002', 'transcript-20260002.pdf', 0],
        ['SIS 20260003', 'transcript-20260003.pdf', 0],
      ],
    );
  });

  it('gives no id if nothing is left between the beginning and the end', () => {
    assert.equal(idInName('transcript-.pdf', 'transcript-{id}.pdf'), undefined);
    assert.equal(idInName('transcript-1.pdf', 'no place'), undefined);
    assert.equal(idInName('aa', 'a{id}a'), undefined);
  });
});
