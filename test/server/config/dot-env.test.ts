import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDotEnv } from '../../../server/config/dot-env.ts';
import { execute } from '../../support/processes/execute.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A folder for a `.env`, and one that only its owner can read. */
function folderOfDotEnv() {
  const temporary = temporaryFolder();
  const folder = temporary.path;
  const path = join(folder, '.env');
  return {
    folder,
    path,
    write(content = 'A=canary\n'): void {
      writeFileSync(path, content);
      chmodSync(path, 0o600);
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

describe('.env', () => {
  it('may be missing', () => {
    using place = folderOfDotEnv();
    const { path } = place;
    assert.deepEqual(readDotEnv(path), { variables: {}, warnings: [] });
  });

  it('holds names and values, quotes and comments', () => {
    using place = folderOfDotEnv();
    const { path, write } = place;
    write('# a comment\nA=1\nB="two # words"\nexport C=three # why\nD=\n');
    const { variables, warnings } = readDotEnv(path);
    assert.deepEqual({ ...variables }, { A: '1', B: 'two # words', C: 'three', D: '' });
    assert.deepEqual(warnings, []);
  });

  it('that cannot be read is warned of, not passed over', () => {
    using place = folderOfDotEnv();
    const { path } = place;
    rmSync(path, { force: true });
    mkdirSync(path);
    assert.deepEqual(readDotEnv(path), {
      variables: {},
      warnings: ['.env cannot be read (EISDIR), so it is ignored.'],
    });
    rmSync(path, { recursive: true });
  });

  for (const mode of [0o644, 0o640, 0o604, 0o660]) {
    it(`that others can reach (${mode.toString(8)}) is warned of`, () => {
      using place = folderOfDotEnv();
      const { path, write } = place;
      write();
      chmodSync(path, mode);
      assert.deepEqual(readDotEnv(path).warnings, [
        'other users of this machine can read .env. Make it private: chmod 600 .env',
      ]);
    });
  }

  it('that git tracks is warned of, and one that it only sees or ignores is not', async () => {
    using place = folderOfDotEnv();
    const { folder, path, write } = place;
    write();
    await execute('git', ['init', '--quiet'], folder);
    assert.deepEqual(readDotEnv(path).warnings, []);
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    assert.deepEqual(readDotEnv(path).warnings, []);
    await execute('git', ['add', '--force', '.env'], folder);
    const { warnings } = readDotEnv(path);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^\.env is tracked by git/);
    assert.doesNotMatch(warnings[0] ?? '', /canary/);
  });
});
