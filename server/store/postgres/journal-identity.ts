import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../../error-code.ts';
import type { Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import type { Query } from './database.ts';

/**
 * The journal that a BFF has used last, in a file of its data directory: so it notices after a restart too that the database
 * is another one, such as an empty one.
 */
export type KnownJournal = {
  file: string;
  /** Its name; undefined if this BFF has used none yet. @throws JournalFault if nobody can tell. */
  name(): string | undefined;
  /** @throws the system's error if the file cannot be written. */
  keep(name: string): void;
};

export function knownJournalIn(directory: string): KnownJournal {
  const file = join(directory, 'journal-name');
  return {
    file,
    name() {
      try {
        return readFileSync(file, 'utf8').trim() || undefined;
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
        throw new JournalFault(
          'the name of the journal cannot be read',
          `${file}, which names the journal that this BFF has used, cannot be read (${code}). Let the user of the BFF read it.`,
        );
      }
    },
    keep(name) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Several BFFs may share the directory. All of them write the same.
      writeFileSync(file, `${name}\n`, { mode: 0o644, flush: true });
    },
  };
}

/**
 * The name of the journal in the database; undefined if it has none yet.
 * @throws JournalFault if the key belongs to another journal, or if this BFF has used another journal than this one.
 */
export async function journalIn(
  query: Query,
  digests: Digests,
  known?: KnownJournal,
): Promise<string | undefined> {
  const [row] = await query<{ id: string; secret: Uint8Array }>(
    'SELECT id, secret FROM pearsana_bff.journal',
  );
  if (row && Buffer.compare(digests.ofNothing(), row.secret) !== 0)
    throw new JournalFault(
      'the key does not belong to the journal',
      'The file of BFF_JOURNAL_KEY_FILE does not belong to the journal in the database (BFF_DATABASE_URL): with another key, every write would look new. All instances need the same file.',
    );
  const used = known?.name();
  if (known && used !== undefined && used !== row?.id)
    throw new JournalFault(
      'the journal is not the one that this BFF has used',
      `The database (BFF_DATABASE_URL) has ${row ? 'another journal than' : 'no journal yet, and not'} the one that this BFF has used (${used}): it would send again what only that one knows. Check BFF_DATABASE_URL, or restore the database from a backup. To go on with this database on purpose, remove ${known.file} at every BFF, then start them again.`,
    );
  return row?.id;
}

/** Gives the journal its name, and notes a digest of the secret, unless another BFF has just done so. */
export async function nameJournal(query: Query, digests: Digests, now: number): Promise<void> {
  await query(
    'INSERT INTO pearsana_bff.journal (id, secret, base, ran) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING',
    [`jrn_${randomUUID().replaceAll('-', '')}`, digests.ofNothing(), now],
  );
}

/** A running BFF finds that the journal is no longer the one that it has written to. */
export function anotherJournal(): JournalFault {
  return new JournalFault(
    'the journal is another or lacks rows',
    'The database (BFF_DATABASE_URL) is not the one that this BFF has written to, or it lacks writes. Find out which writes are lost, then start the BFF again.',
  );
}
