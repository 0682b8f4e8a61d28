import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { appendToFile, appendToOutput } from '../../../server/journal/append-line.ts';

describe('a line that is appended to a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'append-line-'));
    path = join(folder, 'made', 'journal.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const content = () => readFileSync(path, 'utf8');

  it('is there when it is done, for the owner of the file alone', async () => {
    const append = appendToFile(path);
    await append('one\n');
    assert.equal(content(), 'one\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'made')).mode & 0o777, 0o700);
    await append('two\n');
    assert.equal(content(), 'one\ntwo\n');
  });

  it('stays whole among many at once, of two programs too', async () => {
    const [one, other] = [appendToFile(path), appendToFile(path)];
    const lines = Array.from({ length: 200 }, (_, each) => `${String(each).repeat(500)}\n`);
    await Promise.all(lines.map((line, each) => (each % 2 ? one : other)(line)));
    assert.deepEqual(content().match(/.+\n/g)?.sort(), lines.sort());
    assert.doesNotMatch(content(), /^\n/m);
  });

  it('begins anew after half a line that a killed program left', async () => {
    await appendToFile(path)('one\n');
    writeFileSync(path, 'one\n{"half');
    const append = appendToFile(path);
    await append('two\n');
    await append('three\n');
    assert.equal(content(), 'one\n{"half\ntwo\nthree\n');
  });

  it('goes into a new file when the old one was moved away', async () => {
    const append = appendToFile(path);
    await append('one\n');
    renameSync(path, `${path}.1`);
    await append('two\n');
    assert.deepEqual([content(), readFileSync(`${path}.1`, 'utf8')], ['two\n', 'one\n']);
  });

  it('fails on a full disk, and works again when there is room', {
    skip: !existsSync('/dev/full') && 'this system has no /dev/full',
  }, async () => {
    const append = appendToFile(path);
    mkdirSync(join(folder, 'made'));
    symlinkSync('/dev/full', path);
    await assert.rejects(append('one\n'), { code: 'ENOSPC' });
    rmSync(path);
    await append('two\n');
    assert.equal(content(), 'two\n');
  });

  it('fails where a folder or nothing that can be one is in its place', async () => {
    mkdirSync(path, { recursive: true });
    await assert.rejects(appendToFile(path)('one\n'), { code: 'EISDIR' });
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(appendToFile(join(folder, 'file', 'journal'))('one\n'), { code: 'EEXIST' });
  });
});

describe('a line that is appended to standard output', () => {
  it('is there when it is done, and fails when nobody reads any more', async () => {
    const output = new PassThrough();
    const append = appendToOutput(output);
    await append('one\n');
    assert.equal(String(output.read()), 'one\n');
    output.destroy(Object.assign(new Error('closed'), { code: 'EPIPE' }));
    await assert.rejects(append('two\n'), /destroyed/);
  });
});
