import type { Breathe, Fault } from './fault.ts';

/** The largest file that can be imported: 10 MB. */
export const largestFile = 10 * 1024 * 1024;

/** How a file's text is written as bytes. Each but the first begins with a byte order mark. */
export type TextEncoding = 'utf-8' | 'utf-8-marked' | 'utf-16le' | 'utf-16be';

/** A file's text, in which every line ends with `\n`; or why the file cannot be read as text. */
export type FileText = { text: string; encoding: TextEncoding } | { fault: Fault };

const byteOrderMarks: readonly [TextEncoding, readonly number[]][] = [
  ['utf-8-marked', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const saveAsCsv =
  'In Excel, choose File › Save As › “CSV UTF-8 (Comma delimited)”, then import that file instead.';

const replacementCharacter = '\uFFFD';

/** How many bytes are decoded in one turn of the event loop. */
const bytesAtOnce = 1024 * 1024;

/**
 * Reads bytes as UTF-8, or as UTF-16 if they start with its byte order mark. Every other encoding is refused: guessing
 * could put wrong letters into people's names.
 */
export async function readText(bytes: Uint8Array, breathe: Breathe): Promise<FileText> {
  if (bytes.length > largestFile)
    return fault(`The file is larger than ${largestFile / 1024 / 1024} MB. Split it into several files.`);
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0]))
    return fault(`This is an Excel workbook, not a CSV file. ${saveAsCsv}`);
  const [encoding] = byteOrderMarks.find(([, mark]) => startsWith(bytes, mark)) ?? ['utf-8'];
  const isUtf16 = encoding.startsWith('utf-16');
  // No real text contains this character. UTF-16 without a byte order mark contains such bytes, and is caught here too.
  const zero = isUtf16 ? -1 : bytes.indexOf(0);
  if (zero >= 0)
    return fault(
      `This line contains a character that does not belong in a text file. ${saveAsCsv}`,
      lineAt(bytes, zero),
    );
  const text = await decodeInPieces(bytes, isUtf16 ? encoding : 'utf-8', breathe);
  if (text === undefined)
    return isUtf16
      ? fault(`The file claims to be UTF-16, but it is not. ${saveAsCsv}`)
      : fault(`The letters in this line are not in UTF-8. ${saveAsCsv}`, await firstBadLine(bytes, breathe));
  const lost = text.indexOf(replacementCharacter);
  if (lost >= 0)
    return fault(
      'A letter in this line was lost when the file was saved (it shows as �). Correct it in the original, and save the file as UTF-8.',
      countLineEnds(text.slice(0, lost)) + 1,
    );
  return { text, encoding };
}

/** The bytes of a text, as a file with this encoding has them. A spreadsheet recognises the encoding by the byte order mark. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const marked = `\uFEFF${text}`;
  if (encoding === 'utf-8-marked') return new TextEncoder().encode(marked);
  const view = new DataView(new ArrayBuffer(marked.length * 2));
  for (let at = 0; at < marked.length; at += 1)
    view.setUint16(at * 2, marked.charCodeAt(at), encoding === 'utf-16le');
  return new Uint8Array(view.buffer);
}

/** The number of line ends in a text whose line ends are `\n`. */
export function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The text, in which every line ends with `\n`; undefined if the bytes are not in this encoding. */
async function decodeInPieces(
  bytes: Uint8Array,
  encoding: string,
  breathe: Breathe,
): Promise<string | undefined> {
  // The decoder also removes the byte order mark.
  const decoder = new TextDecoder(encoding, { fatal: true });
  let text = '';
  let held = '';
  for (let at = 0; at < bytes.length; at += bytesAtOnce) {
    const end = at + bytesAtOnce;
    const stream = end < bytes.length;
    try {
      const piece = held + decoder.decode(bytes.subarray(at, end), { stream });
      // The `\n` that belongs to it may be in the next piece.
      held = stream && piece.endsWith('\r') ? '\r' : '';
      text += piece.slice(0, piece.length - held.length).replaceAll(/\r\n?/g, '\n');
    } catch {
      return undefined;
    }
    await breathe();
  }
  return text;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The first line that is not UTF-8. No multi-byte character contains a line end, so each line can be decoded by itself. */
async function firstBadLine(bytes: Uint8Array, breathe: Breathe): Promise<number> {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    if (line % 1_000 === 0) await breathe();
    const end = bytes.indexOf(0x0a, start);
    const next = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, next))) return line;
    start = next;
  }
  return line;
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at += 1) if (bytes[at] === 0x0a) line += 1;
  return line;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function fault(message: string, line?: number): FileText {
  return { fault: { message, ...(line !== undefined && { line }) } };
}
