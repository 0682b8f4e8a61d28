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

  for (const [line, value] of [
    ['A=ab#cd', 'ab#cd'],
    ['A=#cd', '#cd'],
    ['A=ab#', 'ab#'],
    ['A=a#b#c # a comment#', 'a#b#c'],
    ['A="a#b" # c', 'a#b'],
    ['A="a#b"#c', 'a#b'],
    ["A='#'", '#'],
    ['A= # nothing', ''],
    ['export A=ab#cd', 'ab#cd'],
  ] as const) {
    it(`of the line ${line} holds ${value || 'nothing'}`, () => {
      using place = folderOfDotEnv();
      const { path, write } = place;
      write(`# a#comment\n${line}\nB=1\n`);
      assert.deepEqual({ ...readDotEnv(path).variables }, { A: value, B: '1' });
    });
  }

  for (const [what, bytes] of [
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffA=ü\r\nB=1\r\n')],
    ['UTF-16 as PowerShell writes it', Buffer.from('\ufeffA=ü\r\nB=1\r\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('A=ü\nB=1\n', 'utf16le')],
    ['UTF-16 of the other order', Buffer.from('\ufeffA=ü\nB=1\n', 'utf16le').swap16()],
    ['UTF-16 of the other order without a mark', Buffer.from('A=ü\nB=1\n', 'utf16le').swap16()],
  ] as const) {
    it(`may be in ${what}`, () => {
      using place = folderOfDotEnv();
      const { path } = place;
      writeFileSync(path, bytes, { mode: 0o600 });
      assert.deepEqual({ ...readDotEnv(path).variables }, { A: 'ü', B: '1' });
    });
  }

  it('in another encoding is a fault, and nothing of it counts', () => {
    using place = folderOfDotEnv();
    const { path } = place;
    writeFileSync(path, Buffer.from('A=\xfc\nB=1\n', 'latin1'), { mode: 0o600 });
    const { variables, fault } = readDotEnv(path);
    assert.deepEqual(variables, {});
    assert.equal(fault, '.env cannot be read: it is not in UTF-8. Save it as UTF-8.');
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

  const lost: [what: string, content: string, warning: RegExp][] = [
    ['a line without an equals sign', 'A=1\nB 2', /^line 2 of \.env is ignored/],
    ['a name with a colon', 'A: 1', /^line 1 /],
    ['a name with a hyphen', 'A-B=1', /^line 1 /],
    ['PowerShell’s way to set a variable', '$env:A=1', /^line 1 /],
    ['export and a tab', 'export\tA=1', /^line 1 /],
    ['a blank before a name that is not one', '\u00a0A=1', /^line 1 /],
    ['a name that is set again, and then is empty', 'A=1\n# more\nA=', /^\.env sets A more than once/],
  ];
  for (const [what, content, warning] of lost) {
    it(`warns of ${what}`, () => {
      using place = folderOfDotEnv();
      writeFileSync(place.path, content, { mode: 0o600 });
      const { warnings } = readDotEnv(place.path);
      assert.equal(warnings.length, 1, JSON.stringify(warnings));
      assert.match(warnings[0] ?? '', warning);
    });
  }

  it('warns of nothing in comments, blank lines, exports and values over several lines', () => {
    using place = folderOfDotEnv();
    const content = '# a: b\n\n  A=1\nexport B="two\nlines: here\n"\nC=\'x\' # why\nd=`1`\nE="open\n';
    writeFileSync(place.path, content, { mode: 0o600 });
    assert.deepEqual(readDotEnv(place.path).warnings, []);
  });

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
