import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { whenFileChanges } from '../../server/watch-file.ts';
import { until } from '../support/until.ts';

describe('watching a file', () => {
  let folder = '';
  let path = '';
  let read: (string | undefined)[] = [];
  let stop = () => {};
  const reread = async () => read.push(await readFile(path, 'utf8').catch(() => undefined));
  const watch = () => {
    stop = whenFileChanges(path, reread);
  };
  const last = (content: string | undefined) => () => read.length > 0 && read.at(-1) === content;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watch-file-'));
    path = join(folder, 'file');
    read = [];
  });
  afterEach(async () => {
    stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('tells of what was written between the first reading and the first look', async () => {
    await writeFile(path, 'one');
    await reread();
    await writeFile(path, 'two');
    watch();
    await until('the second content is read', last('two'));
    assert.equal(read.length, 2);
  });

  it('tells of a change of as many bytes, a replacement, a turned link, an end and a beginning', async () => {
    watch();
    await until('its absence is seen', last(undefined));
    await writeFile(path, 'one');
    await until('it is there', last('one'));
    await writeFile(path, 'two');
    await until('it has changed', last('two'));
    await writeFile(`${path}.part`, 'six');
    await rename(`${path}.part`, path);
    await until('it was replaced', last('six'));
    await writeFile(join(folder, 'ten'), 'ten');
    await unlink(path);
    await symlink('ten', path);
    await until('it leads elsewhere', last('ten'));
    await unlink(path);
    await until('it is gone', last(undefined));
    assert.equal(read.length, 6, 'Each change is told once.');
  });

  it('tells nothing once it is stopped, not even what it is just looking at', async () => {
    watch();
    stop();
    await writeFile(path, 'one');
    // A look at another file takes as long, and began later.
    const other = join(folder, 'other');
    let seen = false;
    const stopOther = whenFileChanges(other, () => {
      seen = true;
    });
    await until('another file is seen', () => seen);
    stopOther();
    assert.deepEqual(read, []);
  });
});
