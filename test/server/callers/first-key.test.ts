import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { firstKey } from '../../../server/callers/first-key.ts';
import { isMisspelt, keyPattern } from '../../../server/callers/key-format.ts';

describe('the first access key', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'access-key-')), 'made', 'by-it');
  });
  afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true }));

  it('is made once, for its owner alone', () => {
    const first = firstKey(folder);
    assert.match(first.accessKey.reveal(), keyPattern);
    assert(!isMisspelt(first.accessKey.reveal()));
    assert.equal(statSync(first.file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(firstKey(folder).accessKey.reveal(), first.accessKey.reveal());
    assert.equal(readFileSync(first.file, 'utf8'), `${first.accessKey.reveal()}\n`);
  });

  it('is closed to others again where somebody opened it', () => {
    const { file } = firstKey(folder);
    chmodSync(file, 0o644);
    firstKey(folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is not taken from a file that holds none', () => {
    const { file } = firstKey(folder);
    writeFileSync(file, 'short\n');
    assert.throws(() => firstKey(folder), /does not contain an access key\. Remove the file and start again/);
  });

  it('is another for another folder', () => {
    const [one, other] = [firstKey(folder), firstKey(join(folder, 'other'))];
    assert.notEqual(one.accessKey.reveal(), other.accessKey.reveal());
  });
});
