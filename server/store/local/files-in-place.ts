import { type BigIntStats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { JournalFailure } from '../../journal/journal-fault.ts';

/** The files of an open database that must stay in place. */
const suffixes = ['', '-wal', '-shm'];

export type WatchedFiles = {
  /** @throws JournalFailure if they are no longer the same files, or one has shrunk. */
  requireInPlace(): void;
  /** Whether somebody has written to them since `remember`. */
  haveChanged(): boolean;
  remember(): void;
};

/**
 * Watches the files of an open database. If one is removed, replaced or truncated, SQLite would keep writing to a file that
 * nobody can find, and two processes could each hold their own lock. If somebody writes over one, SQLite would not notice
 * for as long as it has the pages in memory.
 */
export function watchFiles(file: string): WatchedFiles {
  const paths = suffixes.map((suffix) => file + suffix);
  const seen = new Map<string, BigIntStats>();
  /** SQLite writes to the third one whenever it reads. */
  const written = () => paths.slice(0, 2).map((path) => statOf(path)?.mtimeNs);
  let remembered = written();

  function requireInPlace(): void {
    for (const path of paths) {
      const stats = statOf(path);
      const before = seen.get(path);
      if (before && !isStill(before, stats))
        throw new FilesGone(`${basename(path)} was removed, replaced or cut`);
      if (stats) seen.set(path, stats);
    }
  }

  requireInPlace();
  return {
    requireInPlace,
    haveChanged: () => written().some((time, index) => time !== remembered[index]),
    remember() {
      remembered = written();
    },
  };
}

const statOf = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false });

/** The open files are then no longer those on the disk. */
export class FilesGone extends JournalFailure {}

/** No file shrinks while it is open, since SQLite overwrites unneeded parts. */
function isStill(before: BigIntStats, now: BigIntStats | undefined): boolean {
  return now !== undefined && now.dev === before.dev && now.ino === before.ino && now.size >= before.size;
}
