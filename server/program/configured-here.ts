import { variablesHere } from '../config/dot-env.ts';
import { databaseOf, dataDirectoryOf, readConfig } from '../config/read-config.ts';
import type { Variables } from '../config/settings.ts';

/** What a command prints: lists and keys on standard output, and everything else beside it. */
export const output = {
  toOutput: (line: string) => process.stdout.write(`${line}\n`),
  say: (line: string) => process.stderr.write(`${line}\n`),
};

/** Says why a command failed, which ends with the status 1. */
export function fail(error: unknown): void {
  output.say(error instanceof Error ? error.message : 'It failed for an unknown reason.');
  process.exitCode = 1;
}

/** The configuration of this folder's BFF. If it cannot be read, it says why and how to correct that. */
export function configuredHere(ours: Variables) {
  const { variables, fault } = variablesHere(ours);
  try {
    if (fault !== undefined) throw new Error(fault);
    return { variables, dataDirectory: dataDirectoryOf(variables), database: databaseOf(variables) };
  } catch (error) {
    fail(error);
    return undefined;
  }
}

/** The configuration of this folder's BFF, as it is at this moment, with every fault and warning in words. */
export function readConfigurationHere(ours: Variables) {
  const dotEnv = variablesHere(ours);
  const { config, warnings, faults = [] } = readConfig(dotEnv.variables);
  return {
    config: dotEnv.fault === undefined ? config : undefined,
    warnings: [...dotEnv.warnings, ...warnings],
    faults: dotEnv.fault === undefined ? faults : [dotEnv.fault, ...faults],
  };
}
