import { userInfo } from 'node:os';
import { runAccessCommand } from '../callers/access-command.ts';
import type { KeyPlace } from '../callers/key-store.ts';
import type { DatabaseConfig } from '../config/database-config.ts';
import { environmentNamesOf, readConfig } from '../config/read-config.ts';
import { runJournalCommand } from '../journal/journal-command.ts';
import { localKeys } from '../store/local/key-file.ts';
import { localJournal } from '../store/local/local-journal.ts';
import { checkConfiguration } from './check.ts';
import { configuredHere, fail, output } from './configured-here.ts';

/** Checks the configuration, and says what it finds. */
export async function runCheck(args: readonly string[]): Promise<void> {
  const unknown = args.find((each) => !['--tokens', '--proxy'].includes(each));
  if (unknown !== undefined)
    output.say('Unknown option. --check takes only the options --tokens and --proxy.');
  const good =
    unknown === undefined &&
    (await checkConfiguration({
      variables: process.env,
      tokens: args.includes('--tokens'),
      proxy: args.includes('--proxy'),
      say: output.toOutput,
    }));
  if (!good) process.exitCode = 1;
}

/** The command that manages access keys, in the data directory of this folder's BFF. */
export async function runAccess(args: readonly string[]): Promise<void> {
  const here = configuredHere(process.env);
  if (!here) return;
  const { variables, dataDirectory, database } = here;
  const { config } = readConfig(variables);
  const place = database ? await keysIn(database) : localKeys(dataDirectory);
  if (!place) return;
  const done = await runAccessCommand({
    args,
    place,
    dataDirectory,
    // The start of the BFF reports other faults of the configuration.
    environments: config && environmentNamesOf(config),
    ...output,
  });
  if (!done) process.exitCode = 1;
}

/** The command for operators: it lists writes with an unknown outcome, and records what the operators found. */
export async function runJournal(args: readonly string[]): Promise<void> {
  const here = configuredHere(process.env);
  if (!here) return;
  const place = here.database
    ? (await import('../store/postgres/postgres-store.ts')).postgresJournalPlace(
        here.database,
        here.dataDirectory,
      )
    : localJournal(here.dataDirectory);
  const done = await runJournalCommand({ args, place, operator: operatorHere(), ...output });
  if (!done) process.exitCode = 1;
}

/** The access keys in the database. If it cannot be used, it says why. */
async function keysIn(config: DatabaseConfig): Promise<KeyPlace | undefined> {
  const { postgresKeyPlace } = await import('../store/postgres/postgres-store.ts');
  try {
    return await postgresKeyPlace(config);
  } catch (error) {
    fail(error);
    return undefined;
  }
}

/** In a container, the user may have no name. */
function operatorHere(): string {
  try {
    return `operator (${userInfo().username})`;
  } catch {
    return 'operator';
  }
}
