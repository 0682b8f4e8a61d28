import { readJson } from '../json/read-json.ts';

/** Far more than any real answer. Deeper nesting would overflow the stack of whoever serialises it again. */
const mostLevels = 100;

/**
 * Parses Pearsana's JSON and keeps every digit of its numbers: refusing one would make a success unknown.
 * @throws SyntaxError if it is not JSON, and RangeError if it is nested too deeply.
 */
export function readPartnerJson(text: string): unknown {
  const value = readJson(text);
  requireLevels(value, mostLevels);
  return value;
}

function requireLevels(value: unknown, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw new RangeError(`nested more than ${mostLevels} levels deep`);
  for (const each of Array.isArray(value) ? value : Object.values(value)) requireLevels(each, left - 1);
}
