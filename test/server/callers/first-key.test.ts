import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

  it('is made anew where a full disk has left an empty file', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const { file } = firstKey(folder);
    writeFileSync(file, '');
    assert.match(firstKey(folder).accessKey.reveal(), keyPattern);
    assert.deepEqual(readdirSync(folder), ['access-key']);
  });

  it('is not taken from a file that others may write to', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const { file } = firstKey(folder);
    for (const mode of [0o666, 0o620, 0o602]) {
      chmodSync(file, mode);
      assert.throws(() => firstKey(folder), /^Error: other users of this machine may write to .*access-key/);
    }
  });

  it('is read as Windows writes it', () => {
    using temporary = temporaryFolder();
    const folder = join(temporary.path, 'made', 'by-it');
    const { file, accessKey } = firstKey(folder);
    writeFileSync(file, Buffer.from(`\ufeff${accessKey.reveal()}\r\n`, 'utf16le'));
    assert(firstKey(folder).accessKey.equals(accessKey));
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
