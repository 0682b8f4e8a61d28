import { readFileSync } from 'node:fs';

/**
 * The text of a file that a person wrote, or a program of theirs: in UTF-8, or in UTF-16, as Windows PowerShell writes
 * it, with a byte order mark or without.
 * @throws NotText where it is neither; else the system's error.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  try {
    // What it decodes loses its mark.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotText();
  }
}

/** The file is in an encoding that cannot be told from others, such as Windows-1252. */
export class NotText extends Error {
  override readonly message = 'it is not in UTF-8';
}

function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // What we read begins with a letter or a digit of ASCII, one byte of which is then nought.
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : 'utf-8';
}
