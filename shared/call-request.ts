import type * as z from 'zod/mini';
import { idempotencyKeyForm } from './activity.ts';
import { type EndpointRow, filledPath, parametersIn } from './endpoint-row.ts';
import type { Issue } from './errors.ts';
import { validate } from './validate.ts';

export type SharedCallOptions = {
  /** Cancels the wait. A write that has been sent may still happen. */
  signal?: AbortSignal | undefined;
  /** At most 128 characters of `[\w.-]`. By default the client makes one, so that even a call without an answer can be found in logs. */
  requestId?: string | undefined;
  /** For this call, instead of the client's own. */
  timeoutMs?: number | undefined;
};

export type WriteOptions = {
  /** For a write to a protected environment: its name once more, typed by the person who wants it. */
  confirm?: string | undefined;
  /**
   * 1 to 255 visible ASCII characters that stand for this one intention. By default the client makes a key for each call.
   * To retry without doing it twice, pass the key of the `ClientError`.
   */
  idempotencyKey?: string | undefined;
  /** The import that this is a row of, as in `imp_…`. It was confirmed as a whole, and its rows need a key each. */
  importId?: string | undefined;
};

/** The options of a method as they come, less those that are null or undefined: nothing of them is checked yet. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** The fields that have a value. Null is the same as nothing. */
export function present<Value>(fields: Readonly<Record<string, Value>>) {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(found) as Record<string, NonNullable<Value>>;
}

export type Check = [isRight: (value: unknown) => boolean, message: string];

/** Longer timers end at once. */
export const longestTimeoutMs = 2 ** 31 - 1;
export const timeoutCheck = wholeNumber(1, longestTimeoutMs);
export const retriesCheck = wholeNumber(0, 10);
const textCheck: Check = [isText(/^/), 'must be text'];

/** The options that methods take. */
const optionChecks: Record<string, Check> = {
  signal: [(value) => value instanceof AbortSignal, 'must be an AbortSignal'],
  timeoutMs: timeoutCheck,
  maxRetries: retriesCheck,
  limit: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  requestId: [isText(/^[\w.-]{1,128}$/), 'must be 1 to 128 letters, digits, “.”, “_” or “-”'],
  idempotencyKey: [isText(idempotencyKeyForm), 'must be 1 to 255 visible ASCII characters'],
  confirm: textCheck,
  importId: textCheck,
};

function isText(form: RegExp) {
  return (value: unknown) => typeof value === 'string' && form.test(value);
}

function wholeNumber(least: number, most: number): Check {
  return [
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    `must be a whole number from ${least} to ${most}`,
  ];
}

/** Values that would leave their place in the path even if encoded, or that cannot be encoded. */
const nameCheck: Check = [isText(/^(?!\.{0,2}$)\P{Cs}+$/u), 'is not a name'];

/** The path and the body of a call. `refuse` is called with the faults. */
export function requestOf(
  row: EndpointRow,
  given: GivenOptions,
  refuse: (issues: readonly Issue[]) => never,
) {
  const issues: Issue[] = [];
  const check = (path: string, value: unknown, [isRight, message]: Check) => {
    if (!isRight(value)) issues.push({ path, message });
  };
  for (const path of parametersIn(row.path)) {
    check(path, given[path], path in given ? nameCheck : [() => false, 'is required']);
  }
  for (const [path, each] of Object.entries(optionChecks)) if (path in given) check(path, given[path], each);
  const pick = (schema?: z.ZodMiniObject) =>
    Object.fromEntries(
      Object.keys(schema?.shape ?? {})
        .filter((name) => name in given)
        .map((name) => [name, given[name]]),
    );
  function verify(schema: z.ZodMiniType | undefined, value: unknown): void {
    const validation = schema && validate(schema, value);
    if (validation && !validation.ok) issues.push(...validation.issues);
  }
  const query = pick(row.query);
  verify(row.query, query);
  // In the BFF's own rows, the fields of the body are among the options.
  const body = row.access === 'grant' ? given.request : row.request && pick(row.request);
  let sent: string | undefined;
  try {
    verify(row.request, body);
    sent = row.request && JSON.stringify(body);
  } catch {
    issues.push({ path: 'request', message: 'cannot be written as JSON' });
  }
  if (issues.length > 0) refuse(issues);
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return { path: filledPath(row.path, given) + (search && `?${search}`), sent };
}
