import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from '../../files/sqlite.ts';
import { hasJournal, journalFailureOf, openDatabase } from './open-database.ts';
import { type HeldLock, heldLockOf, type Owner } from './owner.ts';
import { requireNoBackup } from './prepare-journal.ts';

/** What a journal must still contain when it is opened again. */
export type JournalMark = { journal: string; lastId: number };

/** The journal is closed again. Other processes see its owner until that is released. */
export type CheckedJournal = { mark: JournalMark; owner: Owner; lock: HeldLock };

/**
 * Opens the journal of a data directory, which checks, creates or converts it, and closes it.
 * @throws JournalFailure as for a call of the store.
 */
export function checkJournal(directory: string): CheckedJournal {
  try {
    requireNoBackup(directory);
    const mayCreate = !hasJournal(directory);
    const { database, owner } = openDatabase({
      directory,
      ownerId: randomUUID(),
      mayCreate,
      now: Date.now(),
    });
    try {
      return { mark: markOf(database), owner, lock: heldLockOf(directory, owner.id) };
    } catch (error) {
      owner.release();
      throw error;
    } finally {
      database.close();
    }
  } catch (error) {
    throw journalFailureOf(error);
  }
}

export function markOf(database: DatabaseSync): JournalMark {
  const journal = String(database.prepare('SELECT id FROM journal').get()?.id);
  const last = database.prepare(
    "SELECT coalesce(max(seq), 0) AS id FROM sqlite_sequence WHERE name = 'writes'",
  );
  return { journal, lastId: Number(last.get()?.id) };
}
