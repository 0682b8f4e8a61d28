import type { Fault } from './fault.ts';

/** The largest file that can be imported: 10 MB. */
export const largestFile = 10 * 1024 * 1024;

/** A file's text, in which every line ends with `\n`; or why the file cannot be read as text. */
export type FileText = { text: string } | { fault: Fault };

const saveAsCsv =
  'In Excel, choose File › Save As › “CSV UTF-8 (Comma delimited)”, then import that file instead.';

const replacementCharacter = '\uFFFD';

/**
 * Reads bytes as UTF-8, or as UTF-16 if they start with its byte order mark. Every other encoding is refused: guessing
 * could put wrong letters into people's names.
 */
export function readText(bytes: Uint8Array): FileText {
  if (bytes.length > largestFile)
    return fault(`The file is larger than ${largestFile / 1024 / 1024} MB. Split it into several files.`);
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0]))
    return fault(`This is an Excel workbook, not a CSV file. ${saveAsCsv}`);
  const encoding = startsWith(bytes, [0xff, 0xfe])
    ? 'utf-16le'
    : startsWith(bytes, [0xfe, 0xff])
      ? 'utf-16be'
      : 'utf-8';
  // No real text contains this character. UTF-16 without a byte order mark contains such bytes, and is caught here too.
  const zero = encoding === 'utf-8' ? bytes.indexOf(0) : -1;
  if (zero >= 0)
    return fault(
      `This line contains a character that does not belong in a text file. ${saveAsCsv}`,
      lineAt(bytes, zero),
    );
  const text = decode(bytes, encoding);
  if (text === undefined)
    return encoding === 'utf-8'
      ? fault(`The letters in this line are not in UTF-8. ${saveAsCsv}`, firstBadLine(bytes))
      : fault(`The file claims to be UTF-16, but it is not. ${saveAsCsv}`);
  const lost = text.indexOf(replacementCharacter);
  if (lost >= 0)
    return fault(
      'A letter in this line was lost when the file was saved (it shows as �). Correct it in the original, and save the file as UTF-8.',
      newlines(text.slice(0, lost)) + 1,
    );
  return { text: text.replaceAll(/\r\n?/g, '\n') };
}

/** The number of line ends in a text whose line ends are `\n`. */
export function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    // The decoder also removes the byte order mark.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The first line that is not UTF-8. No multi-byte character contains a line end, so each line can be decoded by itself. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const next = end < 0 ? bytes.length : end + 1;
    if (decode(bytes.subarray(start, next), 'utf-8') === undefined) return line;
    start = next;
  }
  return line;
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at += 1) if (bytes[at] === 0x0a) line += 1;
  return line;
}

function newlines(text: string): number {
  return countLineEnds(text.replaceAll(/\r\n?/g, '\n'));
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function fault(message: string, line?: number): FileText {
  return { fault: { message, ...(line !== undefined && { line }) } };
}
