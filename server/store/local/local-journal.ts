import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { copiedAtFile, journalFile } from '../../config/journal-files.ts';
import type { JournalPlace } from '../../journal/journal-command.ts';
import { backUpJournal } from './back-up-journal.ts';
import { createSqliteStore } from './sqlite-store.ts';

/** The journal of a data directory, for the command `journal`. */
export function localJournal(directory: string): JournalPlace {
  function requireJournal(): void {
    if (!existsSync(join(directory, journalFile)))
      throw new Error(`There is no journal in ${directory} yet. BFF_DATA_DIR names the data directory.`);
  }

  return {
    async open() {
      requireJournal();
      const store = createSqliteStore({ directory });
      try {
        await store.open();
        return store;
      } catch (error) {
        await store.close();
        throw error;
      }
    },
    backUp(folder) {
      requireJournal();
      backUpJournal(directory, folder);
      return `Copied ${directory} to ${folder}. Writes that are sent after this are not in the copy, so a BFF does not start on it until you remove the file ${copiedAtFile} there.`;
    },
  };
}
