/** ECMAScript 2025’s access to the source text of parsed values (Node has it since 22). TypeScript’s library lacks it. */
type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
type JsonWithSource = {
  parse(text: string, reviver: SourceReviver): unknown;
  rawJSON(text: string): unknown;
};
const json = JSON as unknown as JsonWithSource;

/** A number with this many digits always keeps them. */
const surelyExact = /^-?[1-9]\d{0,14}$/;

/** Whether JavaScript would write this number exactly as given; not `1234567890123456789`, `1e400`, `1.0` or `-0`. */
export function isExact(source: string): boolean {
  return surelyExact.test(source) || String(Number(source)) === source;
}

/**
 * Parses JSON so that `JSON.stringify` writes it again with every digit of its numbers. A number that JavaScript would
 * change becomes an object that only `JSON.stringify` understands.
 * @throws SyntaxError if the text is not JSON.
 */
export function parseExactly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isExact(source) ? json.rawJSON(source) : value,
  );
}
