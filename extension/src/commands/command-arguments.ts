import { writeState } from '../../../shared/activity.ts';
import { accessKeyForm } from '../../../shared/client.ts';
import { type FileLimits, fileLimits } from '../../../shared/environments.ts';
import type { Commands, EnvironmentArgument, SentBefore, WriteReference } from '../contributions.ts';
import { argumentsInvalid } from '../failures/command-failure.ts';

/**
 * The environment that a command is called for, or undefined if its caller does not say.
 * @throws CommandError if the argument is anything else.
 */
export function readEnvironmentArgument(
  command: keyof Commands,
  argument: unknown,
): EnvironmentArgument | undefined {
  if (argument === undefined || argument === null) return undefined;
  const { environment, ...unknown } = fieldsOf(argument);
  const surplus = Object.keys(unknown);
  if (!isEnvironmentName(environment) || surplus.length > 0) {
    throw argumentsInvalid(
      `${command} takes { "environment": "…" } or nothing at all${surplus.length > 0 ? `; it was also given ${surplus.slice(0, 3).join(', ')}` : ''}.`,
    );
  }
  return { environment };
}

/**
 * The argument of a write. It is empty if the caller says nothing.
 * @throws CommandError if the argument is anything else.
 */
export function readWriteArgument(
  command: keyof Commands,
  argument: unknown,
  { inTest }: { inTest: boolean },
): {
  environment?: string;
  request?: Record<string, unknown>;
  confirmed: boolean;
  newKey: boolean;
  sentBefore: SentBefore | undefined;
  cutBy: FileLimits | undefined;
} {
  // Anything but an object is refused like a wrong environment.
  if (typeof argument !== 'object') readEnvironmentArgument(command, argument);
  const { request, confirm, newKey, sentBefore, cutBy, ...target } = fieldsOf(argument);
  // A node of the tree is an argument too. It has no request.
  const environment = readEnvironmentArgument(command, Object.keys(target).length > 0 ? target : undefined);
  if (request !== undefined && (typeof request !== 'object' || request === null || Array.isArray(request))) {
    throw argumentsInvalid(`${command} takes its request as an object.`);
  }
  if (confirm !== undefined && !inTest) {
    throw argumentsInvalid(`${command} cannot be confirmed by its caller: it asks you.`);
  }
  return {
    ...environment,
    ...(request !== undefined && { request: { ...request } }),
    confirmed: confirm === true,
    newKey: newKey === true,
    sentBefore: readSentBefore(sentBefore),
    cutBy: fileLimits.safeParse(cutBy).data,
  };
}

function readSentBefore(given: unknown): SentBefore | undefined {
  const { state, startedAt, references, why } = fieldsOf(given);
  const known = writeState.safeParse(state).data;
  const isTime = typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt));
  return known && isTime
    ? { state: known, startedAt, references, ...(typeof why === 'string' && { why }) }
    : undefined;
}

/**
 * The write that a command is called for.
 * @throws CommandError if the argument does not name one.
 */
export function readWriteReference(argument: unknown): WriteReference {
  const { requestId, ...target } = fieldsOf(argument);
  const environment = readEnvironmentArgument('pearsana.resolve', target);
  if (environment && typeof requestId === 'string' && requestId !== '') {
    return { ...environment, requestId };
  }
  throw argumentsInvalid('A write is named by { "environment": "…", "requestId": "…" }.');
}

/**
 * The access key that a test signs in with.
 * @throws CommandError outside tests: a key in a keybinding or a task would be stored in a file that others can read.
 */
export function readAccessKeyArgument(
  argument: unknown,
  { inTest }: { inTest: boolean },
): string | undefined {
  const { accessKey } = fieldsOf(argument);
  if (accessKey === undefined) return undefined;
  if (!inTest || typeof accessKey !== 'string') {
    throw argumentsInvalid('pearsana.signIn asks you for the access key: no caller can give it.');
  }
  return accessKey;
}

/** Says what is wrong with a key before it is sent. Undefined if its form is right. */
export function accessKeyFault(accessKey: string): string | undefined {
  if (accessKey === '') return 'Paste the access key.';
  return accessKeyForm.test(accessKey)
    ? undefined
    : 'This is not an access key: keys have no spaces or special characters.';
}

/** The name becomes a part of a path: dots alone would climb out of it. */
export function isEnvironmentName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

function fieldsOf(argument: unknown): Record<string, unknown> {
  return typeof argument === 'object' && argument !== null ? { ...argument } : {};
}
