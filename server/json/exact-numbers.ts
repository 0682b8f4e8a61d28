/** ECMAScript 2025’s access to the source of what is parsed (Node has it since 22), which TypeScript’s library lacks. */
type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
type JsonWithSource = {
  parse(text: string, reviver: SourceReviver): unknown;
  rawJSON(text: string): unknown;
};
const json = JSON as unknown as JsonWithSource;

/** So many digits are always kept. */
const surelyExact = /^-?[1-9]\d{0,14}$/;

/** Whether a number, spelt like this, is written again just so; `1234567890123456789` is not, nor `1e400`, `1.0` or `-0`. */
export function isExact(source: string): boolean {
  return surelyExact.test(source) || String(Number(source)) === source;
}

/**
 * The value of a JSON text, which `JSON.stringify` writes again with every digit of its numbers. One that a program
 * would read as another stands in it as an object that only `JSON.stringify` understands.
 * @throws SyntaxError where it is no JSON.
 */
export function parseExactly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isExact(source) ? json.rawJSON(source) : value,
  );
}
