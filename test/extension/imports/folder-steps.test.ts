import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoTo } from '../../../extension/src/forms/step.ts';
import { folderSteps } from '../../../extension/src/imports/folder-steps.ts';

const names = ['notes.txt', 'transcript-20260001.pdf', 'transcript-20260002.pdf'];
const [pattern, look] = folderSteps(names);
const draft = { pattern: 'transcript-{id}.pdf' };

describe('the pattern of a folder’s file names', () => {
  it('is taken if it has a place for the id and fits a name', () => {
    assert.equal(pattern.value(draft), 'transcript-{id}.pdf');
    assert.equal(pattern.check('transcript-{id}.pdf', draft), undefined);
    assert.match(pattern.check('transcript.pdf', draft) ?? '', /Write \{id\}/);
    assert.match(pattern.check('diploma-{id}.pdf', draft) ?? '', /No file .* notes\.txt/);
    assert.deepEqual(pattern.put('{id}.pdf', draft), { pattern: '{id}.pdf' });
  });

  it('is shown with the ids that it finds and the files that it leaves out, and can be corrected', async () => {
    const options = await look.options(draft);
    assert.deepEqual(
      options.map(({ label, description }) => [label, description]),
      [
        ['Continue with 2 documents', 'by the pattern transcript-{id}.pdf'],
        ['Correct the Pattern…', undefined],
        ['transcript-20260001.pdf', 'id 20260001'],
        ['transcript-20260002.pdf', 'id 20260002'],
        ['notes.txt', 'does not fit the pattern'],
      ],
    );
    assert.equal(look.put('continue', draft), draft);
    for (const { id } of options.slice(1)) assert(look.put(id, draft) instanceof GoTo, id);
  });
});
