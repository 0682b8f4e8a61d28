import { parseArgs } from 'node:util';

/** A command that cannot be carried out. The message says how to correct it, and quotes at most a name: other input may be a key. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option with a value. */
export const text = { type: 'string' } as const;

/** Parses the options. Node's own message names an option that does not exist. */
export function parsed<const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options are not valid.');
  }
}

/** The one argument. @param missing the message where there is none. */
export function only(positionals: readonly string[], missing: string): string {
  const [one, ...others] = positionals;
  if (one === undefined) throw new UsageError(missing);
  none(others);
  return one;
}

export function none(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError('Too many arguments.');
}
