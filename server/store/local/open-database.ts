import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { journalFile, journalKeyFile } from '../../config/journal-files.ts';
import { errorCodeOf } from '../../error-code.ts';
import { DatabaseSync, sqliteErrorOf } from '../../files/sqlite.ts';
import type { Digests } from '../../journal/digests.ts';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import { createOwner, type HeldLock, type Owner } from './owner.ts';
import { gone, isPrepared, ownerOnly, preparedDigests, prepareSchema, sizeOf } from './prepare-journal.ts';

export type OpenJournal = { database: DatabaseSync; digests: Digests; owner: Owner };

type OpenOptions = {
  directory: string;
  /** The name of this process among those that share the journal. */
  ownerId: string;
  /** Its lock, if another thread holds one. */
  lock?: HeldLock | undefined;
  /** This process as an owner, if it has the journal open already. */
  owner?: Owner | undefined;
  /** Whether this process has checked the journal already, as this owner. */
  isChecked?: boolean;
  /** Whether to create a missing journal. */
  mayCreate: boolean;
  /** The time of the wall clock. */
  now: number;
};

/** Whether a directory has a journal: the key is created with its first tables. */
export function hasJournal(directory: string): boolean {
  return sizeOf(join(directory, journalKeyFile)) > 0;
}

/** How long opening waits for another process's transaction. */
const busyTimeoutMs = 500;

/**
 * Opens the journal of a data directory.
 * @throws JournalFault if it is damaged, missing or not ours. Otherwise the system's or SQLite's error, which may be temporary.
 */
export function openDatabase(options: OpenOptions): OpenJournal {
  const { directory, ownerId, isChecked = false, mayCreate, now } = options;
  const file = join(directory, journalFile);
  if (mayCreate) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // SQLite gives its other files the mode of this one.
    closeSync(openSync(file, 'a', ownerOnly));
  } else if (sizeOf(file) === 0) throw gone(directory);
  chmodSync(file, ownerOnly);
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  let made: Owner | undefined;
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    // Nothing is to be written, so whoever holds the lock does not matter.
    if (options.owner && isChecked && isPrepared(database)) {
      database.exec('PRAGMA busy_timeout = 0');
      return { database, digests: preparedDigests(database, directory, now), owner: options.owner };
    }
    // Before the lock, since this reads the whole database and another process may be writing.
    if (database.prepare('PRAGMA quick_check(1)').get()?.quick_check !== 'ok') throw new Damage();
    whileLocked(database, () => prepareSchema(database, directory, now));
    const opened = whileLocked(database, () => {
      const digests = preparedDigests(database, directory, now);
      const owner = options.owner ?? createOwner(directory, ownerId, options.lock);
      if (!options.owner) made = owner;
      owner.sweep();
      return { database, digests, owner };
    });
    // From here on, SQLite itself never waits, since that would block others too.
    database.exec('PRAGMA busy_timeout = 0');
    return opened;
  } catch (error) {
    made?.release();
    database.close();
    throw isDamage(error)
      ? new JournalFault(
          'the database is damaged',
          `${file} is damaged. It keeps writes from being sent twice. Restore it from a backup; or move it and ${journalKeyFile} away, and the BFF forgets all earlier writes.`,
        )
      : error;
  }
}

/** Runs a function in one transaction, which excludes all other processes. */
export function whileLocked<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // After some failures, SQLite has already rolled back.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Damage that a check found, although SQLite could open the database. */
class Damage extends Error {}

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** Whether SQLite says that the file is not a database, or no longer a valid one. */
export function isDamage(error: unknown): boolean {
  return error instanceof Damage || [sqliteCorrupt, sqliteNotADatabase].includes(sqliteErrorOf(error));
}

/** Any error as a failure of the journal. SQLite's texts for error numbers are constants. */
export function journalFailureOf(error: unknown): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const code = error instanceof Error && 'errstr' in error ? String(error.errstr) : errorCodeOf(error);
  return new JournalFailure(code, code, { cause: error });
}
