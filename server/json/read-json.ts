import { parseExactly } from './exact-numbers.ts';
import { createJsonScan } from './json-scan.ts';

/**
 * The value of a JSON text that somebody else wrote, and that is written again with every digit of its numbers
 * ({@link parseExactly}). It takes longer only where a number needs that.
 * @throws SyntaxError where it is no JSON.
 */
export function readJson(text: string): unknown {
  const scan = createJsonScan({ limited: false });
  scan.add(Buffer.from(text));
  return scan.hasInexactNumber() ? parseExactly(text) : JSON.parse(text);
}
