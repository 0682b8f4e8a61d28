import { readJson } from '../json/read-json.ts';
import type { Secret } from '../secret.ts';

/** How often a text may have been encoded: a token in base64, in a JSON text, percent-encoded, … */
const mostEncodings = 4;
/** Answers are nested no deeper; the rest is for the contract to refuse. */
const mostLevels = 100;
const hidden = '[redacted]';

/** An API that repeats what it was sent must not make us pass a token on, however it spells it. */
type HideToken = {
  /** In a text that is shown as it is, such as a header. */
  inText(text: string): string;
  /** In a JSON text, which is given back as it came where there is nothing to hide. */
  inJson(text: string): string;
};

/**
 * Hides one token. Where it stands as it is, it alone is taken out; a text in which it is encoded (percent-encoded, in
 * base64, as hex or with escapes, or several of these) is hidden whole, since no encoding tells where its parts begin.
 */
export function hideToken(secret: Secret): HideToken {
  const token = secret.reveal();
  const core = coreOf(token);

  function inText(text: string): string {
    // No encoding makes it shorter, and most answers are shorter than most tokens. Its ends may be cut off.
    if (text.length < core.length) return text;
    const rest = text.replaceAll(token, hidden);
    return isEncodedIn(rest, core, mostEncodings) ? hidden : rest;
  }

  return {
    inText,
    inJson(text) {
      if (text.length < core.length) return text;
      let found = false;
      const hide = (part: string) => {
        const shown = inText(part);
        found ||= shown !== part;
        return shown;
      };
      try {
        const value = withTexts(readJson(text), hide, mostLevels);
        return found ? JSON.stringify(value) : text;
      } catch {
        return inText(text);
      }
    },
  };
}

/** Looks for all but the ends of a token: what stands beside an encoded one may share a character with these. */
function isEncodedIn(text: string, core: string, times: number): boolean {
  if (text.length < core.length) return false;
  if (text.includes(core)) return true;
  return times > 0 && decodings(text, core.length).some((each) => isEncodedIn(each, core, times - 1));
}

function coreOf(token: string): string {
  return token.slice(2, -2) || token;
}

/** What a text may stand for; nothing where it is no encoding. */
function decodings(text: string, leastLength: number): string[] {
  const found: string[] = [];
  if (/%[\da-f]{2}/i.test(text)) found.push(unescaped(text, percentSign));
  if (text.includes('\\')) found.push(unescaped(text, backslash));
  // Its lines may be broken, and the next ones indented.
  const unbroken = text.replace(/[\r\n]+[\t ]*/g, '');
  if (unbroken !== text) found.push(unbroken);
  // HTML writes some characters by their numbers: &#43; or &#x2B; for a plus sign.
  if (text.includes('&#')) found.push(text.replace(/&#(x?)([\da-f]{1,6});/gi, characterOf));
  for (const [run] of unbroken.matchAll(/[\w+/-]+/g)) {
    if (run.length < leastLength) continue;
    if (/^[\da-f]+$/i.test(run)) found.push(...fromAnyStart(run, 2, 'hex'));
    found.push(...fromAnyStart(run, 4, 'base64'));
  }
  return found;
}

const percentSign = 0x25;
const backslash = 0x5c;
/** What follows a percent sign is two hex digits; a backslash with one of these letters has so many. */
const digitsAfter: Readonly<Record<number, number>> = { 117: 4, 85: 4, 120: 2 };
/** `\b`, `\f`, `\n`, `\r` and `\t`, none of which stands in a token. */
const controls = new Set(Buffer.from('bfnrt'));
const lineBreak = 0x0a;

/**
 * Percent signs, or backslashes, with what follows them, as the characters that they mean. A token is ASCII (RFC 6749,
 * A.12), so that of other characters any byte will do.
 */
function unescaped(text: string, mark: number): string {
  const bytes = Buffer.from(text, 'latin1');
  let size = 0;
  for (let at = 0; at < bytes.byteLength; at += 1) {
    let byte = bytes[at] ?? 0;
    if (byte === mark) {
      const letter = mark === backslash ? bytes[at + 1] : undefined;
      const from = letter === undefined ? at + 1 : at + 2;
      const digits = letter === undefined ? 2 : (digitsAfter[letter] ?? 0);
      const code = digits === 0 ? -1 : hexIn(bytes, from, from + digits);
      if (code >= 0) {
        byte = code;
        at = from + digits - 1;
      } else if (letter !== undefined) {
        byte = controls.has(letter) ? lineBreak : letter;
        at += 1;
      }
    }
    bytes[size] = byte;
    size += 1;
  }
  return bytes.toString('latin1', 0, size);
}

function characterOf(_all: string, hex: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, hex === '' ? 10 : 16));
}

/** The number that hex digits write; -1 where they are none. */
function hexIn(bytes: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    // A small letter differs from a large one by this bit.
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) number = number * 16 + byte - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) number = number * 16 + letter - 0x57;
    else return -1;
  }
  return number;
}

/** Other characters may stand before the encoded ones, so that these may begin at any place of a group. */
function fromAnyStart(run: string, groupLength: number, encoding: 'hex' | 'base64'): string[] {
  return Array.from({ length: groupLength }, (_, start) =>
    Buffer.from(run.slice(start), encoding).toString('latin1'),
  );
}

/** The same value with another text in the place of each, names of fields among them. */
function withTexts(value: unknown, change: (text: string) => string, levels: number): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) throw new RangeError('nested too deeply');
  if (Array.isArray(value)) return value.map((each) => withTexts(each, change, levels - 1));
  if (Object.getPrototypeOf(value) === null) return keptNumber(value, change);
  const fields = Object.entries(value);
  return Object.fromEntries(
    fields.map(([name, each]) => [change(name), withTexts(each, change, levels - 1)]),
  );
}

/** A number that is kept as it was spelt goes on so, unless the token is all digits. */
function keptNumber(value: object, change: (text: string) => string): unknown {
  const spelt = JSON.stringify(value);
  const shown = change(spelt);
  return shown === spelt ? value : shown;
}
