import { isAscii } from 'node:buffer';
import { isExact } from './exact-numbers.ts';

/** The limits of a JSON text. A parser reads all of it in one turn of the event loop, however long that takes. */
const limits = {
  /** Free-form objects may have twenty levels, and are three levels down themselves. */
  levels: 64,
  /** Values of any kind. This many are parsed and checked within 50 ms. A batch of 25 documents has 200, and its free-form values. */
  values: 20_000,
  /** Of the names of all fields together, since the parser looks up each name in a table. */
  nameBytes: 256 * 1024,
  /** Of a number. */
  digits: 1_000,
  /** A longer text can only be a file in base64 … */
  textBytes: 64 * 1024,
  /** … which has an escape such as `\u002B`, for a plus sign, at most this often. */
  bytesPerEscape: 32,
} as const;

/** A JSON text that would take too long to parse. The message says why. */
export class JsonTooComplex extends Error {}

/** Checks JSON while it arrives, in pieces of any length. Whether it is valid JSON is left to the parser. */
type JsonScan = {
  /** @throws JsonTooComplex as soon as a limit is exceeded. */
  add(bytes: Buffer): void;
  /** At the end: whether there is a number that JavaScript would write differently. */
  hasInexactNumber(): boolean;
};

const quote = 0x22;
const backslash = 0x5c;
const slash = 0x2f;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const letterU = 0x75;

/** Characters that begin a number (2), and other characters in numbers (1), by character code. */
const inNumber = new Uint8Array(256);
for (const sign of '+.eE') inNumber[sign.charCodeAt(0)] = 1;
for (const sign of '-0123456789') inNumber[sign.charCodeAt(0)] = 2;

/** @param limited false for a text that must be parsed in any case: then only its numbers are checked. */
export function createJsonScan({ limited = true }: { limited?: boolean } = {}): JsonScan {
  /** For each open level, whether it is an object. */
  const objects = new Uint8Array(limits.levels + 1);
  let level = 0;
  let values = 0;
  let nameBytes = 0;
  let inText = false;
  let isName = false;
  let textBytes = 0;
  let escapes = 0;
  /** The byte before was a backslash, within a text. */
  let escaping = false;
  let number = '';
  let inexact = false;

  function endNumber(): void {
    inexact ||= !isExact(number);
    number = '';
  }

  /** The bytes of a text from `start` to `end`, no escape among them. */
  function addText(bytes: Buffer, start: number, end: number): void {
    textBytes += end - start;
    if (!limited) return;
    if (isName) {
      nameBytes += end - start;
      if (nameBytes > limits.nameBytes)
        throw tooComplex('the names of its fields are longer than 256 KiB in all');
    } else if (textBytes > limits.textBytes && !isAscii(bytes.subarray(start, end))) throw longText();
  }

  function addEscape(sign: number | undefined): void {
    escaping = false;
    textBytes += 2;
    if (isName) nameBytes += 2;
    // Some encoders escape every slash, and a white picture consists of little else.
    if (sign === slash) return;
    escapes += 1;
    const most = sign === letterU ? textBytes / limits.bytesPerEscape : 0;
    if (limited && textBytes > limits.textBytes && escapes > most) throw longText();
  }

  /** Continues in a text. @returns the place after its end, or after the last byte. It never searches twice for the same sign. */
  function passText(bytes: Buffer, start: number, next: { quote: number; backslash: number }): number {
    let at = start;
    if (escaping && at < bytes.byteLength) {
      addEscape(bytes[at]);
      at += 1;
    }
    while (at < bytes.byteLength) {
      if (next.quote < at) next.quote = indexOr(bytes, quote, at);
      if (next.backslash < at) next.backslash = indexOr(bytes, backslash, at);
      const end = Math.min(next.quote, next.backslash);
      addText(bytes, at, end);
      at = end + 1;
      if (end === bytes.byteLength) return end;
      if (end === next.quote) {
        inText = false;
        return at;
      }
      escaping = true;
      if (at < bytes.byteLength) {
        addEscape(bytes[at]);
        at += 1;
      }
    }
    return at;
  }

  function addValue(): void {
    values += 1;
    if (limited && values > limits.values)
      throw tooComplex(`it has more than ${limits.values.toLocaleString('en')} values`);
  }

  function open(isObject: boolean): void {
    addValue();
    level += 1;
    if (limited && level > limits.levels)
      throw tooComplex(`it is nested more than ${limits.levels} levels deep`);
    if (level <= limits.levels) objects[level] = +isObject;
    isName = isObject;
  }

  return {
    add(bytes) {
      const next = { quote: -1, backslash: -1 };
      for (let at = 0; at < bytes.byteLength; ) {
        if (inText) {
          at = passText(bytes, at, next);
          continue;
        }
        const byte = bytes[at] ?? 0;
        at += 1;
        if (inNumber[byte] === 2 || (inNumber[byte] === 1 && number !== '')) {
          if (number.length < limits.digits) number += String.fromCharCode(byte);
          else if (limited) throw tooComplex(`it has a number of more than ${limits.digits} digits`);
          else inexact = true;
          continue;
        }
        if (number !== '') endNumber();
        if (byte === quote) {
          inText = true;
          textBytes = 0;
          escapes = 0;
        } else if (byte === comma) {
          addValue();
          isName = objects[level] === 1;
        } else if (byte === colon) isName = false;
        else if (byte === openBrace) open(true);
        else if (byte === openBracket) open(false);
        else if (byte === closeBrace || byte === closeBracket) level = Math.max(0, level - 1);
      }
    },
    hasInexactNumber() {
      if (number !== '') endNumber();
      return inexact;
    },
  };
}

function indexOr(bytes: Buffer, sign: number, from: number): number {
  const index = bytes.indexOf(sign, from);
  return index === -1 ? bytes.byteLength : index;
}

function tooComplex(why: string): JsonTooComplex {
  return new JsonTooComplex(why);
}

function longText(): JsonTooComplex {
  return tooComplex('it has a text of more than 64 KiB that is no file in base64');
}
