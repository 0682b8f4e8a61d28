import { randomUUID } from 'node:crypto';
import type { Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import { ageMarginMs, keptMs } from '../../journal/kept.ts';
import type { Query } from './database.ts';
import type { KnownJournal } from './known-journal.ts';

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

/** For how long a row is there for sure. */
export const certainlyKeptMs = keptMs - ageMarginMs;

/**
 * Sees whether the journal still has the last write that this BFF has noted before: a database that was restored from a backup
 * lacks what was written after it.
 * @throws JournalFault if it lacks that write.
 */
export async function requireLastWrite(query: Query, known: KnownJournal, journal: string): Promise<void> {
  // Whoever removes the file with the name has been told, and goes on with what there is.
  const made = known.name() === journal ? known.lastWrite(journal) : undefined;
  if (!made) return;
  const [found] = await query<{ has: boolean; age: number; newest: number | null }>(
    `SELECT EXISTS (SELECT FROM pearsana_bff.writes WHERE id = $1 AND started_at = $2) AS has,
       floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $2 AS age,
       (SELECT started_at FROM pearsana_bff.writes ORDER BY id DESC LIMIT 1) AS newest`,
    [made.id, made.at],
  );
  if (!found || found.has || found.age >= certainlyKeptMs) return;
  const newest = found.newest === null ? 'has no write at all' : `ends with a write of ${iso(found.newest)}`;
  throw new JournalFault(
    'the journal lacks writes',
    `The journal in the database (BFF_DATABASE_URL) lacks writes: it ${newest}, but this BFF made one at ${iso(made.at)}. It may have been restored from a backup. A retry of a write that it lacks would be sent a second time. Restore a newer backup; or look in the Pearsana portal at what was sent since, tell your colleagues, remove ${known.file} at every BFF, and start them again.`,
  );
}

const iso = (time: number) => new Date(time).toISOString();

/** A running BFF finds that the journal is no longer the one that it has written to. */
export function anotherJournal(): JournalFault {
  return new JournalFault(
    'the journal is another or lacks rows',
    'The database (BFF_DATABASE_URL) is not the one that this BFF has written to, or it lacks writes. Find out which writes are lost, then start the BFF again: it says what to do.',
  );
}
