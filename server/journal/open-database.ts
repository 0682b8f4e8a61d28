import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createDigests, type Digests } from './digests.ts';
import { JournalFault } from './journal-fault.ts';
import { createOwner, type Owner } from './owner.ts';
import { DatabaseSync } from './sqlite.ts';
import { schema, schemaVersion } from './stored-write.ts';

export type OpenJournal = { database: DatabaseSync; digests: Digests; owner: Owner };

/** How long one process waits for another's transaction, which takes a millisecond. Nothing else is done meanwhile. */
const busyTimeoutMs = 500;
const ownerOnly = 0o600;
const secretBytes = 32;

/**
 * Opens the journal of a data directory, and makes it where there is none.
 * @throws JournalFault when it is damaged or not ours; else the system's or SQLite's error, which may pass.
 */
export function openDatabase(directory: string): OpenJournal {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'journal.sqlite');
  // SQLite gives the files beside it the mode of this one.
  closeSync(openSync(file, 'a', ownerOnly));
  chmodSync(file, ownerOnly);
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  let owner: Owner | undefined;
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON');
    // Before the lock: it reads all of it, and another process may be writing.
    if (database.prepare('PRAGMA quick_check(1)').get()?.quick_check !== 'ok') throw new Damage();
    return whileLocked(database, () => {
      const digests = createDigests(preparedSecret(database, directory));
      checkDigests(database, digests, directory);
      owner = createOwner(directory);
      owner.sweep();
      return { database, digests, owner };
    });
  } catch (error) {
    owner?.release();
    database.close();
    throw isDamage(error)
      ? new JournalFault(
          `${file} is damaged. It is what keeps writes from being sent twice: restore it, or move it and journal-key away, after which no write from before is known.`,
        )
      : error;
  }
}

/** Makes what a new journal lacks. @returns the secret of its digests. */
function preparedSecret(database: DatabaseSync, directory: string): Buffer {
  const file = join(directory, 'journal-key');
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (version === 0) {
    database.exec(schema);
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
    // Another length is what a kill in the midst of this has left.
    if (statSync(file, { throwIfNoEntry: false })?.size !== secretBytes) {
      writeFileSync(file, randomBytes(secretBytes), { mode: ownerOnly, flush: true });
    }
  } else if (version !== schemaVersion) {
    throw new JournalFault(
      `${join(directory, 'journal.sqlite')} was written by another version of the BFF (its schema is ${version}, this one's is ${schemaVersion}): start the newer one.`,
    );
  }
  if (!existsSync(file)) throw new JournalFault(otherSecret(directory));
  return readFileSync(file);
}

/** With another secret every key would look new, and each could be used again. */
function checkDigests(database: DatabaseSync, digests: Digests, directory: string): void {
  database.prepare('INSERT OR IGNORE INTO secret (digest) VALUES (?)').run(digests.ofNothing());
  const known = database.prepare('SELECT count(*) AS secrets FROM secret').get();
  if (known?.secrets !== 1) throw new JournalFault(otherSecret(directory));
}

const otherSecret = (directory: string) =>
  `${join(directory, 'journal-key')} is missing or is not the one that journal.sqlite beside it was written with: restore it, or move both away, after which no write from before is known.`;

/** Runs something as one transaction, alone among all processes. */
export function whileLocked<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // After some failures SQLite has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Found by the check of a database that SQLite itself opens. */
class Damage extends Error {}

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

function isDamage(error: unknown): boolean {
  if (error instanceof Damage) return true;
  if (!(error instanceof Error && 'errcode' in error)) return false;
  // The lower byte is the kind, the rest its details.
  return [sqliteCorrupt, sqliteNotADatabase].includes(Number(error.errcode) & 0xff);
}
