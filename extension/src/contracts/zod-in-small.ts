/**
 * The constructs of zod/mini that the contracts use, with the same verdicts and the same words. In the extension's
 * bundle `build.ts` puts it in the place of zod, which would be a third of all that VS Code has to load; a construct
 * that is missing here stops the build. A test holds the two to each other, contract by contract.
 */

type Key = string | number;
/** `goesOn`: whether checks that come later are still asked; undefined for what is of the wrong type. */
type RawIssue = {
  code: string;
  path: Key[];
  input?: unknown;
  expected?: string;
  keys?: string[];
  message?: string;
  goesOn?: boolean;
};
type Words = string | ((issue: RawIssue) => string | undefined);
type Parameters = Words | { error?: Words; abort?: boolean };
type Context = { addIssue(issue: Omit<RawIssue, 'input'>): void };

type Check = {
  /** A limit of a length: asked of whatever has one, even where its type is wrong. */
  ofLength?: true;
  /** A longer list is refused by this alone, before its entries are looked at. */
  most?: number;
  run(value: unknown, issues: RawIssue[]): void;
};

class Schema {
  readonly read: (value: unknown, issues: RawIssue[]) => unknown;
  readonly mayBeAbsent: boolean;
  readonly checks: readonly Check[];

  constructor(read: Schema['read'], mayBeAbsent = false, checks: readonly Check[] = []) {
    this.read = read;
    this.mayBeAbsent = mayBeAbsent;
    this.checks = checks;
  }

  check(...more: Check[]): Schema {
    return new Schema(this.read, this.mayBeAbsent, [...this.checks, ...more]);
  }

  safeParse(input: unknown, { error }: { error?: Words } = {}) {
    const issues: RawIssue[] = [];
    const data = run(this, input, issues);
    if (issues.length === 0) return { success: true, data };
    const worded = issues.map(({ goesOn, input, ...issue }) => ({
      ...issue,
      message: issue.message ?? say(error, { ...issue, input }) ?? 'Invalid input',
    }));
    return { success: false, error: { issues: worded } };
  }

  parse(input: unknown): unknown {
    const { data, error } = this.safeParse(input);
    if (error) throw new Error(JSON.stringify(error.issues));
    return data;
  }
}

function say(words: Words | undefined, issue: RawIssue): string | undefined {
  return typeof words === 'function' ? words(issue) : words;
}

/** Reads a value and asks its checks; what is wrong is added to the issues, with paths from here. */
function run({ read, checks }: Schema, input: unknown, issues: RawIssue[]): unknown {
  const found: RawIssue[] = [];
  const tooLong = Array.isArray(input)
    ? checks.find(({ most }) => most !== undefined && input.length > most)
    : undefined;
  tooLong?.run(input, found);
  const value = tooLong ? input : read(input, found);
  if (!tooLong)
    for (const { ofLength, run } of checks) {
      const asked = ofLength
        ? hasLength(value) && found.every(({ goesOn }) => goesOn !== false)
        : found.every(({ goesOn }) => goesOn);
      if (asked) run(value, found);
    }
  issues.push(...found);
  return value;
}

/** A value of a kind, or the issue that it isn't one. */
function kind(expected: string, is: (value: unknown) => boolean): Schema {
  return new Schema((input, issues) => {
    if (!is(input)) issues.push({ code: 'invalid_type', expected, input, path: [] });
    return input;
  });
}

export const string = () => kind('string', (value) => typeof value === 'string');
export const number = () => kind('number', Number.isFinite);
export const boolean = () => kind('boolean', (value) => typeof value === 'boolean');
export const unknown = () => new Schema((input) => input);

function oneOf(values: readonly unknown[]): Schema {
  return new Schema((input, issues) => {
    if (!values.includes(input)) issues.push({ code: 'invalid_value', input, path: [] });
    return input;
  });
}

export { oneOf as enum };

export const optional = (inner: Schema) =>
  new Schema((input, issues) => (input === undefined ? input : run(inner, input, issues)), true);

export const nullable = (inner: Schema) =>
  new Schema((input, issues) => (input === null ? input : run(inner, input, issues)), inner.mayBeAbsent);

export function array(element: Schema): Schema {
  const list = kind('array', Array.isArray);
  return new Schema((input, issues) => {
    list.read(input, issues);
    return Array.isArray(input) ? input.map((item, index) => runAt(index, element, item, issues)) : input;
  });
}

function runAt(key: Key, schema: Schema, input: unknown, issues: RawIssue[]): unknown {
  const found: RawIssue[] = [];
  const value = run(schema, input, found);
  issues.push(...found.map((issue) => ({ ...issue, path: [key, ...issue.path] })));
  return value;
}

type Shape = Record<string, Schema>;

/** @param others what becomes of fields that the shape doesn't name: left out, kept, or an issue. */
function fields(shape: Shape, others: 'drop' | 'keep' | 'refuse'): Schema {
  const record = kind('object', isRecord);
  return new Schema((input, issues) => {
    record.read(input, issues);
    if (!isRecord(input)) return input;
    const value: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(shape)) {
      if (key in input || !schema.mayBeAbsent) {
        const before = issues.length;
        const read = runAt(key, schema, input[key], issues);
        if (key in input) value[key] = read;
        else if (issues.length === before)
          issues.push({ code: 'invalid_type', expected: 'nonoptional', input: undefined, path: [key] });
      }
    }
    const keys = Object.keys(input).filter((key) => !Object.hasOwn(shape, key));
    if (others === 'refuse' && keys.length > 0)
      issues.push({ code: 'unrecognized_keys', keys, input, path: [], goesOn: true });
    if (others === 'keep') for (const key of keys) if (key !== '__proto__') value[key] = input[key];
    return value;
  });
}

export const object = (shape: Shape) => fields(shape, 'drop');
export const looseObject = (shape: Shape) => fields(shape, 'keep');
export const strictObject = (shape: Shape) => fields(shape, 'refuse');

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A check that a value passes or not. */
function test(code: string, passes: (value: never) => unknown, parameters: Parameters = {}): Check {
  const { error, abort } = typeof parameters === 'object' ? parameters : { error: parameters };
  return {
    run(input, issues) {
      if (passes(input as never)) return;
      const issue: RawIssue = { code, input, path: [], goesOn: !abort };
      const message = say(error, issue);
      issues.push(message === undefined ? issue : { ...issue, message });
    },
  };
}

export const regex = (pattern: RegExp, parameters?: Parameters) =>
  test('invalid_format', (text: string) => pattern.test(text), parameters);
export const refine = (passes: (value: never) => unknown, parameters?: Parameters) =>
  test('custom', passes, parameters);
export const maxLength = (most: number, parameters?: Parameters): Check => ({
  ...test('too_big', (value: string | unknown[]) => lengthOf(value) <= most, parameters),
  ofLength: true,
  most,
});
export const minLength = (least: number, parameters?: Parameters): Check => ({
  ...test('too_small', (value: string | unknown[]) => lengthOf(value) >= least, parameters),
  ofLength: true,
});

/** Whatever a function finds, in its own words. */
export const superRefine = (find: (value: never, context: Context) => void): Check => ({
  run(input, issues) {
    find(input as never, { addIssue: (issue) => issues.push({ goesOn: true, ...issue, input }) });
  },
});

function hasLength(value: unknown): boolean {
  return (Object(value) as { length?: unknown }).length !== undefined;
}

/** A text's is counted in characters, not in halves of them. */
function lengthOf(value: string | unknown[]): number {
  return typeof value === 'string' ? [...value].length : value.length;
}
