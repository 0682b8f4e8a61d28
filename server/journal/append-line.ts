import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendLine } from './journal.ts';

const lineBreak = 0x0a;

/**
 * Appends to a file that only its owner can read. What was appended outlasts the program, however it ends; a power cut
 * may cost the last seconds, since a disk that is waited for would delay every write. The file is opened anew each time,
 * so that it may be moved away while the BFF runs, and a disk that has room again is noticed.
 */
export function appendToFile(path: string): AppendLine {
  let endsWhole = false;

  return async function append(line) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a+', 0o600);
    try {
      // A program that was killed, or a full disk, may have left half a line: what follows must not be lost with it.
      const before = endsWhole || (await isWhole(file)) ? '' : '\n';
      endsWhole = false;
      await file.appendFile(before + line);
      endsWhole = true;
    } finally {
      await file.close();
    }
  };
}

async function isWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === lineBreak;
}

/** Appends to standard output, where the log goes too: its lines have no `record`. */
export function appendToOutput(output: NodeJS.WritableStream): AppendLine {
  // Who reads it may go away; that is told to whoever wants to write, and must not end the program.
  output.on('error', () => {});
  return (line) =>
    new Promise((resolve, reject) => {
      output.write(line, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
}
