import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from './sqlite.ts';

/**
 * A process among those that share a data directory, as during a restart without a gap. Its proof of life is a lock
 * on a file of its own, which the system takes back when the process ends, however it ends: no clock is asked and no
 * process number, which another process may have by now.
 */
export type Owner = {
  id: string;
  isAlive(owner: string): boolean;
  /** Removes the files that the dead have left. */
  sweep(): void;
  release(): void;
};

const fileName = /^journal-([0-9a-f-]{36})\.lock$/;

/** It is made, and sweeps, under the journal's own lock: else a file could be taken for a dead one's before it is locked. */
export function createOwner(directory: string, id: string): Owner {
  const pathOf = (owner: string) => join(directory, `journal-${owner}.lock`);
  const lock = lockFile(pathOf(id));
  if (lock === undefined) throw new Error('A new lock is held already.');

  function isAlive(owner: string): boolean {
    if (owner === id) return true;
    const dead = lockFile(pathOf(owner));
    dead?.close();
    if (dead) rmSync(pathOf(owner), { force: true });
    return dead === undefined;
  }

  return {
    id,
    isAlive,
    sweep() {
      for (const name of readdirSync(directory)) {
        const owner = fileName.exec(name)?.[1];
        if (owner !== undefined) isAlive(owner);
      }
    },
    release() {
      lock.close();
      rmSync(pathOf(id), { force: true });
    },
  };
}

const sqliteBusy = 5;

/** Locks a file for as long as what it gives is open; undefined where somebody else has done so. */
function lockFile(path: string): DatabaseSync | undefined {
  // For its owner alone: whoever may read a file may lock it too, and make a dead process seem alive.
  closeSync(openSync(path, 'a', 0o600));
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    // In memory, so that no second file lies beside it.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return undefined;
    throw error;
  }
}
