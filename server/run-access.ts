import { resolve } from 'node:path';
import { runAccessCommand } from './callers/access-command.ts';
import { readDotEnv } from './config/dot-env.ts';
import { dataDirectoryOf, readConfig } from './config/read-config.ts';

/** The program beside the BFF: it changes who may call, in the data directory that the BFF of this folder uses. */
export async function runAccess(args: readonly string[]): Promise<void> {
  const variables = { ...readDotEnv(resolve('.env')).variables, ...process.env };
  const { config } = readConfig(variables);
  const done = await runAccessCommand({
    args,
    dataDirectory: dataDirectoryOf(variables),
    // What else is wrong with the configuration is for the BFF's own start to say.
    environments: config && [...config.environments.map(({ id }) => id), ...(config.local ? ['local'] : [])],
    toOutput: (line) => process.stdout.write(`${line}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  if (!done) process.exitCode = 1;
}
