import type { AccessKeyLog } from '../../callers/access-keys.ts';
import type { KeyPlace } from '../../callers/key-store.ts';
import type { DatabaseConfig } from '../../config/database-config.ts';
import { createDigests } from '../../journal/digests.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { JournalPlace } from '../../journal/journal-command.ts';
import type { Secret } from '../../secret.ts';
import type { Store } from '../store.ts';
import { createDatabase, type Database } from './database.ts';
import { createKeyRows, postgresKeys } from './key-rows.ts';
import { checkSchema } from './migrate.ts';
import { createPostgresJournal } from './postgres-journal.ts';
import { createSealedHandles } from './sealed-handles.ts';

/** A database that many BFFs share. */
export function createPostgresStore(
  { url, journalKey }: DatabaseConfig,
  log: AccessKeyLog & JournalLog,
  leaseMs?: number,
): Store {
  const database = createDatabase(url);
  const handles = createSealedHandles(database);
  return {
    openJournal: () =>
      createPostgresJournal({
        ...{ database, secret: secretOf(journalKey), leaseMs },
        onFailure: (step, code) => log.journalFailed({ step, code, requestId: undefined }),
      }),
    journalWhere: 'the database (BFF_DATABASE_URL)',
    keys: createKeyRows(database, log),
    openHandles: handles.open,
    async close() {
      handles.stop();
      await database.close();
    },
  };
}

/** Does something with the database, and closes the connection. */
export async function withDatabase<Result>(
  { url }: DatabaseConfig,
  run: (database: Database) => Promise<Result>,
  longestMs?: number,
): Promise<Result> {
  const database = createDatabase(url, longestMs);
  try {
    return await run(database);
  } finally {
    await database.close();
  }
}

/** Whether a BFF could use the database now. It changes nothing. @throws Error in words if it could not. */
export const checkDatabase = (config: DatabaseConfig): Promise<void> =>
  withDatabase(config, ({ query }) => checkSchema(query));

/** The access keys in a database, for the command `access`. @throws Error in words if the database cannot be used. */
export async function postgresKeyPlace({ url }: DatabaseConfig): Promise<KeyPlace> {
  const database = createDatabase(url);
  await checkSchema(database.query);
  return postgresKeys(database);
}

/** The digests of the journal in the database. */
export const digestsOf = ({ journalKey }: DatabaseConfig) => createDigests(secretOf(journalKey));

const secretOf = (journalKey: Secret) => Buffer.from(journalKey.reveal(), 'hex');

/** The journal in a database, for the command `journal`. */
export function postgresJournalPlace({ url, journalKey }: DatabaseConfig): JournalPlace {
  return {
    async open() {
      const database = createDatabase(url);
      const store = createPostgresJournal({ database, secret: secretOf(journalKey) });
      const close = async () => {
        const lost = await store.close();
        await database.close();
        return lost;
      };
      try {
        await store.open();
      } catch (error) {
        await close();
        throw error;
      }
      return { ...store, close };
    },
    backUp() {
      throw new Error(
        'The journal is in the database of BFF_DATABASE_URL. Back up that database, for example with pg_dump, and keep a copy of the file of BFF_JOURNAL_KEY_FILE in another place.',
      );
    },
  };
}
