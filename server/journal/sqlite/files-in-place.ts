import { type BigIntStats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { JournalFailure } from '../journal-fault.ts';

/** The files of an open database that must stay in place. */
const suffixes = ['', '-wal', '-shm'];

/**
 * Watches the files of an open database. If one is removed, replaced or truncated, SQLite would keep writing to a file that
 * nobody can find, and two processes could each hold their own lock.
 * @returns a check that throws a JournalFailure if the files are no longer the same.
 */
export function watchFiles(file: string): () => void {
  const seen = new Map<string, BigIntStats>();

  function check(): void {
    for (const path of suffixes.map((suffix) => file + suffix)) {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      const before = seen.get(path);
      if (before && !isStill(before, stats))
        throw new FilesGone(`${basename(path)} was removed, replaced or cut`);
      if (stats) seen.set(path, stats);
    }
  }

  check();
  return check;
}

/** The open files are then no longer those on the disk. */
export class FilesGone extends JournalFailure {}

/** No file shrinks while it is open, since SQLite overwrites unneeded parts. */
function isStill(before: BigIntStats, now: BigIntStats | undefined): boolean {
  return now !== undefined && now.dev === before.dev && now.ino === before.ino && now.size >= before.size;
}
