import { closeSync, fchownSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, sqliteBusy, sqliteErrorOf } from './sqlite.ts';

/**
 * Creates a file and locks it. Releasing the lock removes the file. The operating system releases the lock when the process
 * ends, however it ends. So we need neither a time limit nor a process id, which another process may have by then.
 * @returns undefined if somebody else holds the lock now.
 */
export function lockFile(path: string): { release(): void } | undefined {
  // Only the owner may read the file, because whoever can read it can lock it. It stays open: closing it would release the lock.
  const file = openSync(path, 'a', 0o600);
  const lock = new DatabaseSync(path, { timeout: 0 });
  const close = () => {
    lock.close();
    closeSync(file);
  };
  try {
    belongToFolder(file, path);
    // In memory, so that SQLite does not create a second file.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    // The previous owner may have removed the file that was opened here. Then the lock protects nothing.
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino) {
      return {
        release() {
          rmSync(path, { force: true });
          close();
        },
      };
    }
  } catch (error) {
    if (sqliteErrorOf(error) !== sqliteBusy) {
      close();
      throw error;
    }
  }
  close();
  return undefined;
}

/** A file that an administrator creates must be accessible to the program that owns the folder. */
function belongToFolder(file: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  fchownSync(file, uid, gid);
}
