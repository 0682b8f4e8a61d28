import { operationNames } from '../../shared/operations.ts';
import { UsageError } from '../command-line/arguments.ts';
import { ownCaller } from './access-keys.ts';
import { parseGrant } from './grants.ts';

/** Stricter than the access file, so that an operator's key never looks like somebody who signed in. */
const keyName = /^[a-zA-Z0-9][a-zA-Z0-9.-]{0,62}$/;

export function checkedName(name: string | undefined): string {
  if (name === undefined) throw new UsageError('A name is missing, such as ada-laptop.');
  if (!keyName.test(name)) {
    throw new UsageError(
      'A name has at most 63 letters, digits, dots and hyphens, and begins with a letter or digit. It appears in the log.',
    );
  }
  if (name === ownCaller.id) {
    throw new UsageError(`The name ${name} is reserved for the owner key, which has every grant.`);
  }
  return name;
}

/** Checks the grants. `--grant` may be repeated, and each may list several grants, separated by commas. */
export function checkedGrants(given: readonly string[] | undefined): string[] {
  const grants = [...new Set((given ?? []).flatMap((each) => each.split(',')))].map((each) => each.trim());
  if (grants.length === 0) {
    throw new UsageError("A grant is missing, such as --grant 'sandbox:*' or --grant production:ping.");
  }
  for (const text of grants) {
    const operation = parseGrant(text)?.operation;
    if (operation === undefined) {
      throw new UsageError(
        'A grant is environment:operation, such as production:ping. * means all environments or all operations, as in sandbox:*.',
      );
    }
    if (operation !== '*' && !operationNames.some((name) => name === operation)) {
      const names = operationNames.join(', ');
      throw new UsageError(
        `There is no operation ${operation}. Choose from: ${names}, or * for all of them.`,
      );
    }
  }
  return grants;
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 3_650 * unitMs.d;

/** A duration such as `90d`, `24h`, `30m` or `10s`, in milliseconds; undefined if none was given. */
export function checkedDuration(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const [, number, unit] = /^(\d{1,8})([smhd])$/.exec(given) ?? [];
  const lengthMs = Number(number) * unitMs[unit as keyof typeof unitMs];
  if (lengthMs > 0 && lengthMs <= longestMs) return lengthMs;
  throw new UsageError(`${option} takes a duration such as 90d, 24h or 30m, at most ten years.`);
}
