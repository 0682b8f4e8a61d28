import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freeResultName, resultNames } from '../../../shared/imports/result-names.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** The name for this content, in a folder with these files. */
async function nameIn(files: Record<string, string>, content: string) {
  const read = (name: string) => (files[name] === undefined ? undefined : bytes(files[name]));
  return freeResultName('roster-to-mend.csv', bytes(content), read);
}

describe('the names of result files', () => {
  it('come from the roster, and tell what is in them', () => {
    const csv = { format: 'csv' } as const;
    assert.deepEqual(resultNames('roster.csv', csv), {
      results: 'roster-results.csv',
      toMend: 'roster-to-mend.csv',
    });
    assert.deepEqual(resultNames('a.b.json', { format: 'json' }), {
      results: 'a.b-results.csv',
      toMend: 'a.b-to-mend.json',
    });
    assert.equal(resultNames('transcripts', csv).results, 'transcripts-results.csv');
    assert.equal(resultNames('.csv', csv).results, '.csv-results.csv');
  });

  it('are free ones, so that no file is overwritten that somebody may have edited', async () => {
    assert.deepEqual(await nameIn({}, 'new'), { name: 'roster-to-mend.csv', isThere: false });
    const one = { 'roster-to-mend.csv': 'edited' };
    assert.deepEqual(await nameIn(one, 'new'), { name: 'roster-to-mend-2.csv', isThere: false });
    const two = { ...one, 'roster-to-mend-2.csv': 'edited as well' };
    assert.deepEqual(await nameIn(two, 'new'), { name: 'roster-to-mend-3.csv', isThere: false });
    // What cannot be read reads as empty, and is not overwritten either.
    assert.equal((await nameIn({ 'roster-to-mend.csv': '' }, 'new')).name, 'roster-to-mend-2.csv');
  });

  it('are those of a file with the same content, which need not be written again', async () => {
    const files = { 'roster-to-mend.csv': 'edited', 'roster-to-mend-2.csv': 'new' };
    assert.deepEqual(await nameIn(files, 'new'), { name: 'roster-to-mend-2.csv', isThere: true });
    assert.equal((await nameIn(files, 'now')).name, 'roster-to-mend-3.csv');
  });
});
