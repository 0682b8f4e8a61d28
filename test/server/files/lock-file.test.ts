import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockFile } from '../../../server/files/lock-file.ts';

const source = fileURLToPath(new URL('../../../server/files/lock-file.ts', import.meta.url));

describe('the lock of a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-file-'));
    path = join(folder, 'a.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Another process that does this with `lockFile` and `path`. */
  function another(code: string) {
    const program = `import { lockFile } from ${JSON.stringify(source)}; const path = ${JSON.stringify(path)}; ${code}`;
    return spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  it('is nobody else’s until it is released, and leaves no file', async () => {
    const other = another('lockFile(path); console.log("locked"); process.stdin.resume();');
    await once(other.stdout, 'data');
    assert.equal(lockFile(path), undefined);
    // However its holder ends.
    other.kill('SIGKILL');
    await once(other, 'close');
    const lock = lockFile(path);
    assert(lock);
    lock.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('keeps several processes apart, each of which removes the file', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    const count = `
      import { readFileSync, writeFileSync } from 'node:fs';
      for (let done = 0; done < 100; ) {
        const lock = lockFile(path);
        if (!lock) continue;
        const seen = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
        writeFileSync(${JSON.stringify(counter)}, String(seen + 1));
        lock.release();
        done += 1;
      }`;
    await Promise.all([1, 2, 3].map(() => once(another(count), 'close')));
    assert.equal(readFileSync(counter, 'utf8'), '300');
    assert(!existsSync(path));
  });
});
