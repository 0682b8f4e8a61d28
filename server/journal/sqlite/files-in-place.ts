import { type BigIntStats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { JournalFailure } from '../journal-fault.ts';

/** The files of an open database, as far as what is written into them must be found again. */
const suffixes = ['', '-wal', '-shm'];

/**
 * Watches over the files of a database that is open: when one is removed, replaced or cut, SQLite goes on writing into
 * what nobody finds again, and two processes may each hold a lock of their own.
 * @returns a check. @throws JournalFailure when they are no longer those that it saw before.
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

/** What is open is then no longer what lies on the disk. */
export class FilesGone extends JournalFailure {}

/** None of them shrinks while it is open: SQLite overwrites what it needs no more. */
function isStill(before: BigIntStats, now: BigIntStats | undefined): boolean {
  return now !== undefined && now.dev === before.dev && now.ino === before.ino && now.size >= before.size;
}
