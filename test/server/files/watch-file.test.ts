import assert from 'node:assert/strict';
import { readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { whenFileChanges } from '../../../server/files/watch-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

/** A file that is not there yet, and what was read of it since somebody watches. */
function watchedFile() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'file');
  const read: (string | undefined)[] = [];
  let stop = () => {};
  const reread = async () => read.push(await readFile(path, 'utf8').catch(() => undefined));
  return {
    path,
    read,
    reread,
    another: (name: string) => join(folder.path, name),
    watch: () => {
      stop = whenFileChanges(path, reread);
    },
    stop: () => stop(),
    last: (content: string | undefined) => () => read.length > 0 && read.at(-1) === content,
    [Symbol.dispose]() {
      stop();
      folder[Symbol.dispose]();
    },
  };
}

describe('watching a file', () => {
  it('tells of what was written between the first reading and the first look', async () => {
    using watched = watchedFile();
    const { path, read, reread, watch, last } = watched;
    await writeFile(path, 'one');
    await reread();
    await writeFile(path, 'two');
    watch();
    await until('the second content is read', last('two'));
    assert.equal(read.length, 2);
  });

  it('tells of a change of as many bytes, a replacement, a turned link, an end and a beginning', async () => {
    using watched = watchedFile();
    const { path, read, another, watch, last } = watched;
    watch();
    await until('its absence is seen', last(undefined));
    await writeFile(path, 'one');
    await until('it is there', last('one'));
    await writeFile(path, 'two');
    await until('it has changed', last('two'));
    await writeFile(`${path}.part`, 'six');
    await rename(`${path}.part`, path);
    await until('it was replaced', last('six'));
    await writeFile(another('ten'), 'ten');
    await unlink(path);
    await symlink('ten', path);
    await until('it leads elsewhere', last('ten'));
    await unlink(path);
    await until('it is gone', last(undefined));
    assert.equal(read.length, 6, 'Each change is told once.');
  });

  it('tells nothing once it is stopped, not even what it is just looking at', async () => {
    using watched = watchedFile();
    const { path, read, another, watch, stop } = watched;
    watch();
    stop();
    await writeFile(path, 'one');
    // A look at another file takes as long, and began later.
    const other = another('other');
    let seen = false;
    const stopOther = whenFileChanges(other, () => {
      seen = true;
    });
    await until('another file is seen', () => seen);
    stopOther();
    assert.deepEqual(read, []);
  });
});
