import { closeSync, fchownSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

// An import would stand at the top of the bundle, where an old Node fails before it has said that it is one.
const { DatabaseSync } = process.getBuiltinModule('node:sqlite');

const sqliteBusy = 5;

/**
 * Makes a file and locks it until it is released, which removes it; undefined where somebody else has it at this moment.
 * The system takes the lock back when the process ends, however it ends: no clock is asked and no process number, which
 * another process may have by now.
 */
export function lockFile(path: string): { release(): void } | undefined {
  // For its owner alone: whoever may read a file may lock it too. Open until the end: closing it would lift the lock.
  const file = openSync(path, 'a', 0o600);
  const lock = new DatabaseSync(path, { timeout: 0 });
  const close = () => {
    lock.close();
    closeSync(file);
  };
  try {
    belongToFolder(file, path);
    // In memory, so that no second file lies beside it.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    // Whoever had it before may have removed the file that was opened here: then it locks nothing.
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino) {
      return {
        release() {
          rmSync(path, { force: true });
          close();
        },
      };
    }
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy)) {
      close();
      throw error;
    }
  }
  close();
  return undefined;
}

/** What an administrator makes must be open to the program whose folder it is. */
function belongToFolder(file: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  fchownSync(file, uid, gid);
}
