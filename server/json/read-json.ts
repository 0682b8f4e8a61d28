import { parseExactly } from './exact-numbers.ts';
import { createJsonScan } from './json-scan.ts';

/** Only a number with a fraction, an exponent, sixteen digits or a negative zero may not be exact; a text may hold these too. */
const mayBeInexact = /\d[.eE]|\d{16}|-0/;

/**
 * Parses JSON from somebody else so that it can be written again with every digit of its numbers ({@link parseExactly}).
 * It takes longer only if a number needs that.
 * @throws SyntaxError if the text is not JSON.
 */
export function readJson(text: string): unknown {
  if (!mayBeInexact.test(text)) return JSON.parse(text);
  const scan = createJsonScan({ limited: false });
  scan.add(Buffer.from(text));
  return scan.hasInexactNumber() ? parseExactly(text) : JSON.parse(text);
}
