import { UsageError } from '../../command-line/arguments.ts';
import { startedAs } from '../../command-line/started-as.ts';
import { errorCodeOf } from '../../error-code.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import { type Database, DatabaseFailure, type Query } from './database.ts';
import { schemaVersion, steps } from './schema.ts';

/** Of all who migrate, one at a time. Any number does that no other lock has. */
const migrationLock = 7_163_219_001;

type Versions = { version: number; usable_from: number };

/** BFFs that serve callers wait behind a migration that waits for a table, so it gives up soon. */
const usualLongestLockMs = 5_000;

/**
 * Makes the tables, or updates those of an earlier version. Any number may do so at once. @returns the version before.
 * @throws Error in words if others keep it from that; then nothing was changed.
 */
export function migrate(database: Database, longestLockMs = usualLongestLockMs): Promise<number> {
  return database.transaction(async (query) => {
    await query(`SET LOCAL lock_timeout = ${longestLockMs}`);
    try {
      await query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    } catch (error) {
      throw isLocked(error) ? new UsageError(anotherMigrates) : error;
    }
    try {
      return await migrateIn(query);
    } catch (error) {
      throw isLocked(error) ? new UsageError(tablesAreUsed) : error;
    }
  });
}

const isLocked = (error: unknown) => errorCodeOf(error) === lockNotAvailable;
const anotherMigrates =
  'Somebody else migrates the database (BFF_DATABASE_URL) at this moment. Nothing was changed. Run this again when they are done.';
const tablesAreUsed =
  'Another session keeps the tables of the database (BFF_DATABASE_URL) locked, such as a backup (pg_dump) or an open transaction. Nothing was changed. Run this again when the session has ended; the view pg_stat_activity of PostgreSQL names it.';

async function migrateIn(query: Query): Promise<number> {
  await query('CREATE SCHEMA IF NOT EXISTS pearsana_bff');
  await query(
    'CREATE TABLE IF NOT EXISTS pearsana_bff.schema_version (version INTEGER NOT NULL, usable_from INTEGER NOT NULL)',
  );
  const before = await versionsIn(query);
  const version = before?.version ?? 0;
  for (const step of steps.slice(version)) await query(step);
  if (version < schemaVersion) {
    await query('DELETE FROM pearsana_bff.schema_version');
    await query('INSERT INTO pearsana_bff.schema_version VALUES ($1, $2)', [schemaVersion, 1]);
  }
  return version;
}

/**
 * Checks that this BFF can use the tables. During an upgrade they may be those of a later version that still serves this one.
 * @throws JournalFault in words for an administrator; DatabaseFailure if the database cannot be used for now.
 */
export async function checkSchema(query: Query): Promise<void> {
  const command = startedAs('migrate');
  let found: Versions | undefined;
  try {
    found = await versionsIn(query);
  } catch (error) {
    if (!(error instanceof DatabaseFailure && noSuchTable.includes(error.code))) throw error;
  }
  if (!found || found.version < schemaVersion) {
    throw new JournalFault(
      'the database has no current tables',
      `The database (BFF_DATABASE_URL) has ${found ? 'the tables of an earlier version' : 'no tables of the BFF yet'}. Run ${command}, then start the BFF again.`,
    );
  }
  if (found.usable_from > schemaVersion) {
    throw new JournalFault(
      'the database belongs to a newer version',
      'The database (BFF_DATABASE_URL) was migrated for a newer version of the BFF, which this version cannot use. Update this BFF.',
    );
  }
}

/** PostgreSQL's code for a lock that did not become free in time. */
const lockNotAvailable = '55P03';
/** PostgreSQL's codes for a table and for a schema that is not there. */
const noSuchTable = ['42P01', '3F000'];

async function versionsIn(query: Query): Promise<Versions | undefined> {
  const [found] = await query<Versions>('SELECT version, usable_from FROM pearsana_bff.schema_version');
  return found;
}
