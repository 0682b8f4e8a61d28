import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { operations } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { DatabaseConfig } from '../config/database-config.ts';
import { journalFile } from '../config/journal-files.ts';
import { type Config, environmentNamesOf } from '../config/read-config.ts';
import { errorCodeOf } from '../error-code.ts';
import { JournalFault } from '../journal/journal-fault.ts';
import { createConnections } from '../network/connections.ts';
import { createTransport } from '../network/transport.ts';
import { hasJournal } from '../store/local/open-database.ts';
import { createThreadStore } from '../store/local/thread-store.ts';
import { createTokenRequest } from '../tokens/token-request.ts';
import { createTokenRoom } from '../tokens/token-room.ts';
import { checkProxy } from './check-proxy.ts';
import { readConfigurationHere } from './configured-here.ts';

type ConfigCheck = {
  variables: Readonly<Record<string, string | undefined>>;
  /** Whether each environment is asked for a token. */
  tokens: boolean;
  /** Whether the running BFF is called through its proxy. */
  proxy?: boolean;
  say: (line: string) => void;
};

/**
 * `server.js --check`: says everything that is wrong with the configuration and the data directory, and on request asks
 * for a token of each environment, and calls the running BFF through its proxy. It does not listen.
 * @returns whether all of it is well.
 */
export async function checkConfiguration({
  variables,
  tokens,
  proxy = false,
  say,
}: ConfigCheck): Promise<boolean> {
  const { config, warnings, faults } = readConfigurationHere(variables);
  for (const warning of warnings) say(`Warning: ${warning}`);
  for (const fault of faults) say(`Error: ${fault}`);
  if (!config) return false;
  const { dataDirectory, database } = config;
  say(`OK: the configuration. Environments: ${environmentNamesOf(config).join(', ')}.`);
  const journal = database
    ? await checkSharedDatabase(database, dataDirectory, say)
    : await checkJournal(dataDirectory, say);
  const reached = tokens ? await checkTokens(config, say) : true;
  const called = proxy ? await checkProxy(config, say) : true;
  return journal && reached && called;
}

/** Asks the database whether a BFF could use it. It changes nothing there. */
async function checkSharedDatabase(
  config: DatabaseConfig,
  dataDirectory: string,
  say: ConfigCheck['say'],
): Promise<boolean> {
  const { checkDatabase } = await import('../store/postgres/postgres-store.ts');
  try {
    await checkDatabase(config, dataDirectory);
    say('OK: the database, its tables, and the key of its journal.');
    return true;
  } catch (error) {
    say(`Error: ${error instanceof Error ? error.message : 'the database cannot be used.'}`);
    return false;
  }
}

/**
 * Opens the journal, as a start does, and closes it again. It makes nothing: what somebody else's check left there would
 * not belong to the user whom the BFF runs as.
 */
async function checkJournal(dataDirectory: string, say: ConfigCheck['say']): Promise<boolean> {
  if (!existsSync(join(dataDirectory, journalFile)) && !hasJournal(dataDirectory)) {
    const there = nearestFolder(dataDirectory);
    try {
      accessSync(there, constants.W_OK);
      say(`OK: the data directory ${dataDirectory}. The first start makes what belongs in it.`);
      return true;
    } catch {
      say(`Error: the data directory ${dataDirectory}: the current user may not write to ${there}.`);
      return false;
    }
  }
  const store = createThreadStore(dataDirectory, () => {});
  try {
    await store.open();
    say(`OK: the data directory ${dataDirectory}, and the journal in it.`);
    return true;
  } catch (error) {
    const why = error instanceof JournalFault ? error.message : `it cannot be opened (${errorCodeOf(error)})`;
    say(`Error: the journal in ${dataDirectory}: ${why}`);
    return false;
  } finally {
    await store.close();
  }
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Asks each environment for a token for the ping, which every App Client should have. */
async function checkTokens(config: Config, say: ConfigCheck['say']): Promise<boolean> {
  const connections = createConnections(config.proxy);
  const room = createTokenRoom({
    credentials: config.environments.map(({ credentials }) => credentials),
    requestToken: createTokenRequest({ dispatcher: connections.fresh, timeoutMs: config.tokenTimeoutMs }),
    transport: createTransport({ connections, timeoutMs: config.partnerTimeoutMs }),
  });
  let all = true;
  for (const { id } of config.environments) {
    try {
      await room.ready(id, operations.ping.partner.scopes);
      say(`OK: ${id} gives a token.`);
    } catch (error) {
      all = false;
      say(
        `Error: ${error instanceof BffError ? error.message : `${id}: unexpected (${errorCodeOf(error)})`}`,
      );
    }
  }
  await connections.close(0);
  return all;
}
