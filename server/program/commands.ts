import { userInfo } from 'node:os';
import { runAccessCommand } from '../callers/access-command.ts';
import { variablesHere } from '../config/dot-env.ts';
import { dataDirectoryOf, environmentNamesOf, readConfig } from '../config/read-config.ts';
import { runJournalCommand } from '../journal/journal-command.ts';
import { localKeys } from '../store/local/key-file.ts';
import { localJournal } from '../store/local/local-journal.ts';
import { checkConfiguration } from './check.ts';

const output = {
  toOutput: (line: string) => process.stdout.write(`${line}\n`),
  say: (line: string) => process.stderr.write(`${line}\n`),
};

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
  const here = configuredHere();
  if (!here) return;
  const { variables, dataDirectory } = here;
  const { config } = readConfig(variables);
  const done = await runAccessCommand({
    args,
    place: localKeys(dataDirectory),
    dataDirectory,
    // The start of the BFF reports other faults of the configuration.
    environments: config && environmentNamesOf(config),
    ...output,
  });
  if (!done) process.exitCode = 1;
}

/** The command for operators: it lists writes with an unknown outcome, and records what the operators found. */
export async function runJournal(args: readonly string[]): Promise<void> {
  const here = configuredHere();
  if (!here) return;
  const place = localJournal(here.dataDirectory);
  const done = await runJournalCommand({ args, place, operator: operatorHere(), ...output });
  if (!done) process.exitCode = 1;
}

/** The configuration of this folder's BFF. If it cannot be read, it says why and how to correct that. */
function configuredHere() {
  const { variables, fault } = variablesHere(process.env);
  try {
    if (fault !== undefined) throw new Error(fault);
    return { variables, dataDirectory: dataDirectoryOf(variables) };
  } catch (error) {
    output.say(error instanceof Error ? error.message : 'It failed for an unknown reason.');
    process.exitCode = 1;
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
