import type { AccessKeyLog } from '../../callers/access-keys.ts';
import type { KeyPlace } from '../../callers/key-store.ts';
import { type DatabaseConfig, isPostgresUrl } from '../../config/database-config.ts';
import { whenFileChanges } from '../../files/watch-file.ts';
import { createDigests } from '../../journal/digests.ts';
import type { JournalLog } from '../../journal/journal.ts';
import type { JournalPlace } from '../../journal/journal-command.ts';
import { changedSecret, type Secret } from '../../secret.ts';
import type { Store } from '../store.ts';
import { createDatabase, type Database } from './database.ts';
import { journalIn, requireLastWrite } from './journal-identity.ts';
import { createKeyRows, postgresKeys } from './key-rows.ts';
import { knownJournalIn } from './known-journal.ts';
import { checkSchema } from './migrate.ts';
import { createPostgresJournal } from './postgres-journal.ts';
import { createSealedHandles } from './sealed-handles.ts';

/** What is said of the database itself. Of its URL, nothing is. */
export type DatabaseLog = {
  /** The file of `BFF_DATABASE_URL_FILE` changed. */
  databaseUrlReplaced(): void;
  /** @param code the system's, `EMPTY`, or `NO_URL` */
  databaseUrlUnreadable(code: string): void;
  journalNotRemembered(code: string): void;
};

/** A database that many BFFs share. */
export function createPostgresStore(
  config: DatabaseConfig,
  dataDirectory: string,
  log: AccessKeyLog & JournalLog & DatabaseLog,
): Store {
  const database = createDatabase(config.url);
  const handles = createSealedHandles(database);
  const stopFollowing = followUrl(config, database, log);
  return {
    openJournal: () =>
      createPostgresJournal({
        ...{ database, secret: secretOf(config.journalKey), known: knownJournalIn(dataDirectory) },
        onUnremembered: log.journalNotRemembered,
        onFailure: (step, code) => log.journalFailed({ step, code, requestId: undefined }),
      }),
    journalWhere: 'the database (BFF_DATABASE_URL)',
    keys: createKeyRows(database, log),
    openHandles: handles.open,
    async close() {
      stopFollowing?.();
      handles.stop();
      await database.close();
    },
  };
}

/** Lets new connections use the URL that the file has then, with a new password. Those that are open stay. */
function followUrl(
  { url, urlFile }: DatabaseConfig,
  database: Database,
  log: DatabaseLog,
): (() => void) | undefined {
  if (urlFile === undefined) return undefined;
  let used = url;
  return whenFileChanges(urlFile, () => {
    const next = changedSecret(urlFile, used, log.databaseUrlUnreadable);
    if (!next) return;
    if (!isPostgresUrl(next.reveal())) return log.databaseUrlUnreadable('NO_URL');
    used = next;
    database.follow(next);
    log.databaseUrlReplaced();
  });
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
export const checkDatabase = (config: DatabaseConfig, dataDirectory: string): Promise<void> =>
  withDatabase(config, async ({ query }) => {
    await checkSchema(query);
    const known = knownJournalIn(dataDirectory);
    const journal = await journalIn(query, digestsOf(config), known);
    if (journal !== undefined) await requireLastWrite(query, known, journal);
  });

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
export function postgresJournalPlace(
  { url, journalKey }: DatabaseConfig,
  dataDirectory: string,
): JournalPlace {
  return {
    async open() {
      const database = createDatabase(url);
      const store = createPostgresJournal({
        ...{ database, secret: secretOf(journalKey), known: knownJournalIn(dataDirectory) },
      });
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
