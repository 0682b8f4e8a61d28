import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { runAccessCommand } from './callers/access-command.ts';
import { readDotEnv } from './config/dot-env.ts';
import { dataDirectoryOf, readConfig } from './config/read-config.ts';
import { runJournalCommand } from './journal/journal-command.ts';

const output = {
  toOutput: (line: string) => process.stdout.write(`${line}\n`),
  say: (line: string) => process.stderr.write(`${line}\n`),
};

/** The program beside the BFF: it changes who may call, in the data directory that the BFF of this folder uses. */
export async function runAccess(args: readonly string[]): Promise<void> {
  const here = configuredHere();
  if (!here) return;
  const { variables, dataDirectory } = here;
  const { config } = readConfig(variables);
  const done = await runAccessCommand({
    args,
    dataDirectory,
    // What else is wrong with the configuration is for the BFF's own start to say.
    environments: config && [...config.environments.map(({ id }) => id), ...(config.local ? ['local'] : [])],
    ...output,
  });
  if (!done) process.exitCode = 1;
}

/** The program for operators: it lists writes that nobody knows the outcome of, and takes what they found. */
export async function runJournal(args: readonly string[]): Promise<void> {
  const here = configuredHere();
  if (!here) return;
  const { dataDirectory: directory } = here;
  const done = await runJournalCommand({ args, directory, operator: operatorHere(), ...output });
  if (!done) process.exitCode = 1;
}

/** What is configured for the BFF of this folder; where that cannot be told, it says why and how to mend it. */
function configuredHere() {
  const { variables: fromFile, fault } = readDotEnv(resolve('.env'));
  const variables = { ...fromFile, ...process.env };
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
