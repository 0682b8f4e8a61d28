import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AccessKeyLog } from '../../../server/callers/access-keys.ts';
import type { KeyPlace, KeyStore } from '../../../server/callers/key-store.ts';
import type { JournalPlace } from '../../../server/journal/journal-command.ts';
import { createKeyFile, localKeys } from '../../../server/store/local/key-file.ts';
import { localJournal } from '../../../server/store/local/local-journal.ts';
import { createKeyRows, postgresKeys } from '../../../server/store/postgres/key-rows.ts';
import { postgresJournalPlace } from '../../../server/store/postgres/postgres-store.ts';
import { newDatabase, type TestDatabase } from '../postgres/new-database.ts';
import { type Shared, shareDatabase } from '../postgres/shared-bffs.ts';

/**
 * Whether the BFFs of these tests keep in PostgreSQL what they would keep in their data directories. BFFs of one directory
 * then share a database.
 */
export const isInPostgres = process.env.TEST_STORE === 'postgres';

const databases = new Map<string, Promise<TestDatabase & Shared>>();

function databaseOf(dataDirectory: string): Promise<TestDatabase & Shared> {
  const known = databases.get(dataDirectory);
  if (known) return known;
  const made = newDatabase().then((place) => ({ ...place, ...shareDatabase(place.url) }));
  databases.set(dataDirectory, made);
  return made;
}

/** The settings by which a BFF of this directory keeps what must last. */
export async function storeVariables(dataDirectory: string): Promise<Record<string, string>> {
  return isInPostgres ? (await databaseOf(dataDirectory)).variables : {};
}

/** Where the access keys of the BFFs of this directory are. */
export async function keyPlaceOf(dataDirectory: string): Promise<KeyPlace> {
  return isInPostgres ? postgresKeys((await databaseOf(dataDirectory)).database) : localKeys(dataDirectory);
}

/** The access keys as one more BFF of this directory follows them. */
export async function openKeysOf(dataDirectory: string, log: AccessKeyLog): Promise<KeyStore> {
  return isInPostgres
    ? createKeyRows((await databaseOf(dataDirectory)).database, log)
    : createKeyFile(dataDirectory, log);
}

/** Where the journal of the BFFs of this directory is. */
export async function journalPlaceOf(dataDirectory: string): Promise<JournalPlace> {
  return isInPostgres
    ? postgresJournalPlace((await databaseOf(dataDirectory)).config, dataDirectory)
    : localJournal(dataDirectory);
}

/** All rows of the writes in the journal of the BFFs of this directory, as they are stored, oldest first. */
export async function writesIn(dataDirectory: string): Promise<Record<string, unknown>[]> {
  if (isInPostgres)
    return (await databaseOf(dataDirectory)).database.query('SELECT * FROM pearsana_bff.writes ORDER BY id');
  using database = new DatabaseSync(join(dataDirectory, 'journal.sqlite'), { readOnly: true });
  return database.prepare('SELECT * FROM writes ORDER BY id').all();
}

/** Lets the writes of a caller take as much as those of thirty days can. */
export async function fillShareOf(dataDirectory: string, caller: string): Promise<void> {
  const change = `SET bytes = 100000000 WHERE caller = '${caller}'`;
  if (isInPostgres) {
    await (await databaseOf(dataDirectory)).database.query(`UPDATE pearsana_bff.writes ${change}`);
    return;
  }
  using database = new DatabaseSync(join(dataDirectory, 'journal.sqlite'));
  database.exec(`UPDATE writes ${change}`);
}

/** Changes the access keys of the BFFs of this directory, as an operator does. */
export const changeKeys = async (
  dataDirectory: string,
  ...change: Parameters<KeyPlace['change']>
): Promise<void> => void (await (await keyPlaceOf(dataDirectory)).change(...change));
