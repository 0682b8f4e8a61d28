import { readJson } from '../json/read-json.ts';

/** Far more than any real answer. Deeper nesting would overflow the stack of whoever serialises it again. */
const mostLevels = 100;

/**
 * Parses Pearsana's JSON and keeps every digit of its numbers: refusing one would make a success unknown.
 * @throws SyntaxError if it is not JSON, and RangeError if it is nested too deeply.
 */
export function readPartnerJson(text: string): unknown {
  const value = readJson(text);
  let level = [value].filter(isObject);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === mostLevels) throw new RangeError(`nested more than ${mostLevels} levels deep`);
    level = level.flatMap((each) => Object.values(each).filter(isObject));
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
