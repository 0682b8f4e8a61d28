import { importOperations } from '../../../shared/import-record.ts';
import type { ImportArgument, ImportReference } from '../contributions.ts';
import { argumentsInvalid } from '../failures/command-failure.ts';
import { isEnvironmentName } from './command-arguments.ts';

const expected =
  'An import takes { "environment"?, "operation"?, "uri"?, "set"?, "map"?, "again"? }, or a file, or nothing at all.';

/**
 * What importing a file is called with.
 * @throws CommandError when the argument says something else.
 */
export function readImportArgument(argument: unknown, { inTest }: { inTest: boolean }): ImportArgument {
  if (argument === undefined || argument === null) return {};
  if (typeof argument !== 'object') throw argumentsInvalid(expected);
  const { environment, operation, uri, set, map, again, confirm, ...unknown } = argument as Record<
    string,
    unknown
  >;
  const surplus = Object.keys(unknown);
  if (surplus.length > 0)
    throw argumentsInvalid(`${expected} It was also given ${surplus.slice(0, 3).join(', ')}.`);
  if (confirm !== undefined && !inTest)
    throw argumentsInvalid('pearsana.importFile cannot be confirmed by its caller: it asks you.');
  const known = importOperations.find((each) => each === operation);
  const isWrong =
    (operation !== undefined && known === undefined) ||
    (environment !== undefined && !isEnvironmentName(environment)) ||
    (uri !== undefined && typeof uri !== 'string') ||
    (again !== undefined && typeof again !== 'boolean') ||
    [set, map].some((each) => each !== undefined && !isTexts(each));
  if (isWrong) throw argumentsInvalid(expected);
  return {
    ...(known !== undefined && { operation: known }),
    ...(isEnvironmentName(environment) && { environment }),
    ...(typeof uri === 'string' && { uri }),
    ...(isTexts(set) && { set }),
    ...(isTexts(map) && { map }),
    ...(again === true && { again }),
    ...(confirm === true && { confirm }),
  };
}

/**
 * Which import a command of the view is called for.
 * @throws CommandError when the argument does not say it.
 */
export function readImportReference(argument: unknown): ImportReference {
  const { run, environment, importId } = { ...(argument as Record<string, unknown>) };
  if (typeof run === 'string') return { run };
  if (typeof environment === 'string' && typeof importId === 'string') return { environment, importId };
  throw argumentsInvalid('Choose the import in the Imports view.');
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}
