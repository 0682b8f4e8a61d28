import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../../files/lock-file.ts';

/**
 * A process among those that share a data directory, for example during a restart without a gap. It proves that it is alive
 * by a lock on its own file, which the system releases when the process ends, however it ends. So this needs neither a
 * clock nor a process number, which another process may have by now.
 */
export type Owner = {
  id: string;
  isAlive(owner: string): boolean;
  /** Whether no other process shares the directory now. */
  isAlone(): boolean;
  /** Removes the files of processes that have ended. */
  sweep(): void;
  release(): void;
};

const pathOf = (directory: string, owner: string) => join(directory, `journal-${owner}.lock`);
const fileName = /^journal-([0-9a-f-]{36})\.lock$/;

/** Call this, and `sweep`, under the journal's own lock. Otherwise a new file could look abandoned before it is locked. */
export function createOwner(directory: string, id: string): Owner {
  const path = pathOf(directory, id);
  // Another thread of this process holds it. To open and close it once more would release that lock, too.
  if (existsSync(path)) return sameOwner(directory, id);
  const lock = lockFile(path);
  if (lock === undefined) throw new Error('A new lock is held already.');
  return { ...sameOwner(directory, id), release: lock.release };
}

/** This process as an owner, in a thread other than the one that holds its lock. */
export function sameOwner(directory: string, id: string): Owner {
  function isAlive(owner: string): boolean {
    if (owner === id) return true;
    const dead = lockFile(pathOf(directory, owner));
    dead?.release();
    return dead === undefined;
  }

  const others = () =>
    readdirSync(directory).flatMap((name) => {
      const owner = fileName.exec(name)?.[1];
      return owner === undefined || owner === id ? [] : [owner];
    });

  return {
    id,
    isAlive,
    isAlone: () => !others().some(isAlive),
    sweep() {
      for (const owner of others()) isAlive(owner);
    },
    release() {},
  };
}
