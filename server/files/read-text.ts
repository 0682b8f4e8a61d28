import { readFileSync } from 'node:fs';

/**
 * Reads a text file that a person or their program wrote, in UTF-8 or in UTF-16, with or without a byte order mark. Windows
 * PowerShell writes UTF-16.
 * @throws NotText if the file is in another encoding; otherwise the system's error.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  try {
    // The decoder also removes the byte order mark.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotText();
  }
}

/** The file is in an encoding that we cannot recognise, such as Windows-1252. */
export class NotText extends Error {
  override readonly message = 'it is not in UTF-8';
}

function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // The files that we read begin with an ASCII character. In UTF-16, one of its two bytes is zero.
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : 'utf-8';
}
