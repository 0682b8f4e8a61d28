import assert from 'node:assert/strict';
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilesGone, watchFiles } from '../../../../server/store/local/files-in-place.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const changes: [what: string, change: (file: string) => void][] = [
  ['removed', (file) => rmSync(file)],
  [
    'replaced',
    (file) => {
      writeFileSync(`${file}-other`, 'the same size');
      renameSync(`${file}-other`, file);
    },
  ],
  ['cut', (file) => truncateSync(file, 1)],
];

for (const [what, change] of changes) {
  test(`a file that is ${what} right after the watch begins is noticed at the first look`, () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'journal.sqlite');
    writeFileSync(file, 'of some bytes');
    const files = watchFiles(file);
    change(file);
    assert.throws(() => files.requireInPlace(), FilesGone);
  });
}
