import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copiedAtFile, journalFile, journalKeyFile } from '../../config/journal-files.ts';
import { errorCodeOf } from '../../error-code.ts';
import { DatabaseSync } from '../../files/sqlite.ts';

/** What is in the data directory beside the database, as far as it exists. */
const otherFiles = [journalKeyFile, 'access.json', 'access-key'];
const busyTimeoutMs = 5_000;

/**
 * Writes a whole copy of a data directory into a folder, while a BFF may be running. The last writes are in SQLite's WAL
 * and not in its file, so copying the file would lose them.
 *
 * @throws Error if the folder has files in it, or if the journal cannot be read
 */
export function backUpJournal(directory: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(
      `The folder ${folder} cannot be made (${errorCodeOf(error)}). Name one that the BFF’s user may write to, such as ${join(directory, 'backup')}.`,
      { cause: error },
    );
  }
  if (readdirSync(folder).length > 0) throw new Error(`${folder} has files in it. Name a new folder.`);
  const database = new DatabaseSync(join(directory, journalFile), { timeout: busyTimeoutMs });
  const copy = join(folder, journalFile);
  try {
    // Before the copy, which so has every write that was sent by then, and which cannot be without it.
    writeFileSync(join(folder, copiedAtFile), `${new Date().toISOString()}\n`, { mode: 0o600, flush: true });
    // SQLite fills an empty file, and would make one that others can read while it is written.
    writeFileSync(copy, '', { mode: 0o600, flag: 'wx' });
    database.prepare('VACUUM INTO ?').run(copy);
  } finally {
    database.close();
  }
  for (const name of otherFiles) {
    const file = join(directory, name);
    if (!existsSync(file)) continue;
    copyFileSync(file, join(folder, name));
    chmodSync(join(folder, name), 0o600);
  }
}
