import type * as z from 'zod/mini';
import type { Issue } from './errors.ts';

export type Validation<Value> = { ok: true; value: Value } | { ok: false; issues: Issue[] };

/** Which values are accepted. A row of the table has such a schema for its body and for its answer. */
export type Schema = z.ZodMiniType;

/** More would not help, and ten thousand wrong entries must not make an answer of megabytes. */
const mostIssues = 20;
/** Messages quote the value. Long values, and long names of unknown fields, are cut off after 60 characters. */
const beginningForm = /^.{0,60}/su;

/**
 * Checks a request against its contract, and says in words what is wrong: `` email: `nobody` is not an e-mail address ``.
 * The BFF, the client and the wizards all use these words.
 */
export function validate<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
): Validation<z.output<Schema>> {
  const parsed = schema.safeParse(input, { error: describe, reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.slice(0, mostIssues).flatMap(issuesOf);
  return { ok: false, issues: issues.slice(0, mostIssues) };
}

/** The issues as sentences, as in `details.errors`. */
export function sentences(issues: readonly Issue[]): string[] {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

/** The words for faults that zod itself finds. The fields' own checks have their own words. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return undefined;
  if (issue.input === undefined) return 'is required';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return `must be ${kindNames[issue.expected] ?? issue.expected}`;
}

const kindNames: Record<string, string> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  number: 'a number',
  boolean: 'true or false',
};

function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, mostIssues).map((key) => ({
      path: pathWords([...issue.path, shortened(key)]),
      message: 'there is no such field',
    }));
  }
  const path = pathWords(issue.path);
  const { input, message } = issue;
  // “must …” follows the field's name; “is not …” follows the value.
  const quoted =
    message.startsWith('is ') && typeof input === 'string' ? `\`${shortened(input)}\` ${message}` : message;
  return [{ path, message: path === '' ? `The request body ${quoted}` : quoted }];
}

/** A path in the form of issues: `externalReferences[1].namespace`. */
export function pathWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>((words, part) => {
    if (typeof part === 'number') return `${words}[${part}]`;
    return words === '' ? String(part) : `${words}.${String(part)}`;
  }, '');
}

/** The value at a path; undefined if the path leads nowhere. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? Reflect.get(at, part) : undefined,
    input,
  );
}

function shortened(value: string): string {
  const [beginning = ''] = beginningForm.exec(value) ?? [];
  return beginning.length < value.length ? `${beginning}…` : value;
}
