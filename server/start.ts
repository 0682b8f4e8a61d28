import { createAccessKeys } from './callers/access-keys.ts';
import { firstKey } from './callers/first-key.ts';
import type { DatabaseConfig } from './config/database-config.ts';
import type { Config } from './config/read-config.ts';
import { createJournal, type Journal } from './journal/journal.ts';
import { toOutput } from './journal/journal-lines.ts';
import type { Log } from './log.ts';
import { isLoopback } from './network/loopback.ts';
import type { DescribedTable } from './openapi/openapi-document.ts';
import { standardOutput } from './standard-output.ts';
import type { OwnKey, RunningBff } from './start-parts.ts';
import { createLocalStore } from './store/local/local-store.ts';
import type { Store } from './store/store.ts';

/**
 * Opens what must last, and then loads, builds and starts the other parts of the BFF.
 * @param given.journal replaces the data directory's journal, to measure what that costs.
 * @param given.described replaces the table, and the words for its rows, for tests of rows that ours does not have.
 */
export async function startBff(
  config: Config,
  log: Log,
  given: { journal?: Journal; described?: DescribedTable } = {},
): Promise<RunningBff> {
  const own = ownKey(config);
  const { dataDirectory } = config;
  const store = config.database
    ? await openDatabase(config.database, dataDirectory, log)
    : createLocalStore(dataDirectory, log);
  const accessKeys = createAccessKeys({
    store: store.keys,
    ...{ ownKey: own?.accessKey, ownKeyFile: own?.file },
    log,
  });
  const lines = config.journal === 'stdout' ? toOutput(standardOutput()) : undefined;
  const journal =
    given.journal ?? createJournal({ store: store.openJournal(), log, lines, where: store.journalWhere });
  // Meanwhile, a journal in a database opens.
  const { startParts } = await import('./start-parts.ts');
  return startParts(config, log, { own, store, accessKeys, journal, described: given.described });
}

/** Loaded only where there is a database, so that nobody else's start waits for its driver. */
async function openDatabase(database: DatabaseConfig, dataDirectory: string, log: Log): Promise<Store> {
  const { createPostgresStore } = await import('./store/postgres/postgres-store.ts');
  return createPostgresStore(database, dataDirectory, log);
}

/** Beyond loopback, the BFF does not make a key that nobody asked for. */
function ownKey({ accessKey, host, dataDirectory }: Config): OwnKey | undefined {
  if (accessKey) return { accessKey };
  return isLoopback(host) ? firstKey(dataDirectory) : undefined;
}
