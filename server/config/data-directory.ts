import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accessFilePath } from '../callers/access-file.ts';
import { startedAs } from '../command-line/started-as.ts';
import { othersMay } from '../files/others-may.ts';
import { journalFile } from './journal-files.ts';
import { homeDirectory, type Settings } from './settings.ts';

/** Where the BFF keeps what must last. Whatever may be wrong with it, `readAccessFile` looks there for the keys. */
export function readDataDirectory(settings: Settings): string {
  const named = settings.path('BFF_DATA_DIR');
  if (named !== undefined) return named;
  const home = homeDirectory();
  if (home === undefined && !settings.isSet('BFF_DATA_DIR')) {
    settings.fault(
      'BFF_DATA_DIR is missing, and the current user has no home directory where the data could be: set BFF_DATA_DIR to a folder of their own.',
    );
  }
  return join(home ?? '.', '.pearsana-bff');
}

/**
 * Warns if others may read it, and if a database has taken its place without what is in it. If others may write to it, reading
 * the access file fails.
 */
export function dataDirectoryWarnings(directory: string, { isShared }: { isShared: boolean }): string[] {
  const left = isShared && existsSync(join(directory, journalFile));
  const readable = [directory, accessFilePath(directory)]
    .filter((path) => othersMay(path).read)
    .map((path) => `other users of this machine can read ${path}. Make it private: chmod go-rwx ${path}`);
  if (!left) return readable;
  return [
    ...readable,
    `${directory} has a journal of its own, which the database does not know: a retry of a write in it would be sent again. Stop the BFF and run ${startedAs('move-to-database')}; or move ${journalFile} away if nothing in it matters.`,
  ];
}
