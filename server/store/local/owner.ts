import { readdirSync, statSync } from 'node:fs';
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

/** A lock that another thread of this process holds. A copied or restored directory has another file, or none. */
export type HeldLock = { ownerId: string; dev: bigint; ino: bigint };

const pathOf = (directory: string, owner: string) => join(directory, `journal-${owner}.lock`);
const fileName = /^journal-([0-9a-f-]{36})\.lock$/;

/** @throws if it does not exist, as right after its release. */
export function heldLockOf(directory: string, ownerId: string): HeldLock {
  const { dev, ino } = statSync(pathOf(directory, ownerId), { bigint: true });
  return { ownerId, dev, ino };
}

/** Whether the file of a held lock is still in its place. Elsewhere, the lock says nothing to others. */
export function isInPlace(directory: string, { ownerId, dev, ino }: HeldLock): boolean {
  const found = statSync(pathOf(directory, ownerId), { bigint: true, throwIfNoEntry: false });
  return found?.dev === dev && found.ino === ino;
}

/** Call this, and `sweep`, under the journal's own lock. Otherwise a new file could look abandoned before it is locked. */
export function createOwner(directory: string, id: string, held?: HeldLock): Owner {
  // To open and close its file once more would release that lock, too.
  if (held && isInPlace(directory, held)) return sameOwner(directory, id);
  const lock = lockFile(pathOf(directory, id));
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
