import type { DatabaseConfig } from '../config/database-config.ts';
import { configuredHere, fail, output } from './configured-here.ts';

/** Makes the tables of the database, or updates them. */
export async function runMigrate(args: readonly string[]): Promise<void> {
  await withDatabaseHere(args, async (database) => {
    const { withDatabase } = await import('../store/postgres/postgres-store.ts');
    const { migrate } = await import('../store/postgres/migrate.ts');
    const { schemaVersion } = await import('../store/postgres/schema.ts');
    const before = await withDatabase(database, (opened) => migrate(opened), longestMigrationMs);
    return before >= schemaVersion
      ? `The database has its tables already (version ${before}). Nothing was changed.`
      : `Made the tables of the database (version ${schemaVersion}, from ${before}).`;
  });
}

const longestMigrationMs = 60 * 60_000;

/** Carries journal and access keys from the data directory into the database, once. */
export async function runMoveToDatabase(args: readonly string[]): Promise<void> {
  await withDatabaseHere(args, async (database, dataDirectory) => {
    const { moveToDatabase } = await import('../store/move-to-database.ts');
    return moveToDatabase(dataDirectory, database);
  });
}

async function withDatabaseHere(
  args: readonly string[],
  run: (database: DatabaseConfig, dataDirectory: string) => Promise<string>,
): Promise<void> {
  const here = configuredHere(process.env);
  if (!here) return;
  try {
    if (args.length > 0) throw new Error('This command takes no arguments.');
    if (!here.database)
      throw new Error('No database is configured: set BFF_DATABASE_URL and BFF_JOURNAL_KEY_FILE.');
    output.say(await run(here.database, here.dataDirectory));
  } catch (error) {
    fail(error);
  }
}
