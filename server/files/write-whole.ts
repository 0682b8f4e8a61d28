import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a temporary file, flushes it to the disk, and renames it, so that nobody sees half a file. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx', mode);
    try {
      await file.writeFile(text);
      await belongToOwnerOf(file, dirname(path));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

export const writeJson = (path: string, content: object): Promise<void> =>
  writeWhole(path, `${JSON.stringify(content, null, 2)}\n`);

/** Root may change the file for a BFF that runs as another user, and that user must still be able to read it. */
async function belongToOwnerOf(file: FileHandle, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await file.chown(uid, gid);
}
