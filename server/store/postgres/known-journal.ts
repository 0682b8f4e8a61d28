import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../../error-code.ts';
import { writeWhole } from '../../files/write-whole.ts';
import { JournalFault } from '../../journal/journal-fault.ts';

/** A write that a BFF has made, and that must be in the database for as long as rows are kept. */
export type MadeWrite = {
  id: number;
  /** When it was made, by the database's clock, in milliseconds since 1970. */
  at: number;
};

/**
 * The journal that a BFF has used last, in two files of its data directory: so it notices after a restart too that the database
 * is another one, such as an empty one, or an older copy.
 */
export type KnownJournal = {
  /** The file with its name. Removing it means to go on with whatever is in the database. */
  file: string;
  /** Its name; undefined if this BFF has used none yet. @throws JournalFault if nobody can tell. */
  name(): string | undefined;
  /** @throws the system's error if the file cannot be written. */
  keep(name: string): Promise<void>;
  /** The last write that a BFF with this directory has made in that journal, or one shortly before. */
  lastWrite(name: string): MadeWrite | undefined;
  /** @throws the system's error if the file cannot be written. */
  keepWrite(name: string, write: MadeWrite): Promise<void>;
};

export function knownJournalIn(directory: string): KnownJournal {
  const file = join(directory, 'journal-name');
  // Beside the name, since an earlier version takes the whole of that file for the name.
  const writeFile = join(directory, 'journal-last-write');

  function read(path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8').trim() || undefined;
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new JournalFault(
        'the name of the journal cannot be read',
        `${path}, which tells the journal that this BFF has used, cannot be read (${code}). Let the user of the BFF read it.`,
      );
    }
  }

  return {
    file,
    name: () => read(file),
    async keep(name) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      // It may be about another journal, or about writes that are known to be lost.
      await rm(writeFile, { force: true });
      await writeLine(file, name);
    },
    lastWrite(name) {
      const [, journal, id, at] = /^(\S+) (\d{1,15}) (\S+)$/.exec(read(writeFile) ?? '') ?? [];
      const made = Date.parse(at ?? '');
      return journal === name && !Number.isNaN(made) ? { id: Number(id), at: made } : undefined;
    },
    keepWrite: (name, { id, at }) => writeLine(writeFile, `${name} ${id} ${new Date(at).toISOString()}`),
  };
}

/** Several BFFs may share the directory, under users of their own. */
const writeLine = (file: string, line: string) => writeWhole(file, `${line}\n`, 0o644);
