import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { firstKey } from '../../../server/callers/first-key.ts';
import { isMisspelt, keyPattern } from '../../../server/callers/key-format.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the first access key', () => {
  it('is made once, for its owner alone', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const first = firstKey(folder);
    assert.match(first.accessKey.reveal(), keyPattern);
    assert(!isMisspelt(first.accessKey.reveal()));
    assert.equal(statSync(first.file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(firstKey(folder).accessKey.reveal(), first.accessKey.reveal());
    assert.equal(readFileSync(first.file, 'utf8'), `${first.accessKey.reveal()}\n`);
  });

  it('is closed to others again where somebody opened it', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const { file } = firstKey(folder);
    chmodSync(file, 0o644);
    firstKey(folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is not taken from a file that holds none', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const { file } = firstKey(folder);
    writeFileSync(file, 'short\n');
    assert.throws(() => firstKey(folder), /does not contain an access key\. Remove the file and start again/);
  });

  it('is another for another folder', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const [one, other] = [firstKey(folder), firstKey(join(folder, 'other'))];
    assert.notEqual(one.accessKey.reveal(), other.accessKey.reveal());
  });
});
