import { randomUUID } from 'node:crypto';
import type { Digests } from '../../journal/digests.ts';
import type {
  Announcement,
  ImportFacts,
  ImportRefusal,
  Intent,
  Lookup,
  RecordedWrite,
  Whose,
} from '../../journal/journal-store.ts';
import { importBytes } from '../../journal/kept.ts';
import { importOf, isStale, paceOf, ranks, type StoredImport } from '../stored-import.ts';
import type { Query } from './database.ts';
import { lockOf } from './lock-of.ts';
import { type SeenWrite, seenWrites, shown } from './write-rows.ts';

/** The time of a statement: the wall clock, and the running time. */
export type At = { now: number; ran: number };

/** What stands in the way comes first: in flight, unknown, succeeded; then the newest. */
const inTheWayFirst = `CASE seen ${Object.entries(ranks)
  .map(([state, rank]) => `WHEN '${state}' THEN ${rank}`)
  .join(' ')} END, id DESC LIMIT 1`;

export async function announceImport(
  query: Query,
  announced: Announcement,
  { now, ran }: At,
): Promise<ImportFacts> {
  const { caller, environment, operation, rows, digest, again } = announced;
  const id = `imp_${randomUUID().replaceAll('-', '')}`;
  const [row] = await query<StoredImport>(
    `INSERT INTO pearsana_bff.imports
       (id, caller, environment, operation, rows, digest, again_before, started_at, last_at, last_ran, bytes)
     VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN (SELECT coalesce(max(id), 0) FROM pearsana_bff.writes) END, $8, $8, $9, $10)
     RETURNING *`,
    [id, caller, environment, operation, rows, digest, again, now, ran, importBytes],
  );
  if (!row) throw new Error('An import was not kept.');
  return importOf(row, {}, ran);
}

/** Imports with the states of their rows, newest first. */
export async function showImports(
  query: Query,
  { caller, environment }: Whose,
  wanted: { id?: string; length: number },
  ran: number,
): Promise<ImportFacts[]> {
  const rows = await query<StoredImport>(
    `SELECT * FROM pearsana_bff.imports WHERE ($1::text IS NULL OR caller = $1)
       AND ($2::text IS NULL OR environment = $2) AND ($3::text IS NULL OR id = $3) ORDER BY number DESC LIMIT $4`,
    [caller ?? null, environment ?? null, wanted.id ?? null, wanted.length],
  );
  const counted = await query<{ import_id: string; seen: RecordedWrite['state']; count: number }>(
    `SELECT import_id, seen, count(*) AS count FROM ${seenWrites} w WHERE import_id = ANY($1) GROUP BY 1, 2`,
    [rows.map(({ id }) => id)],
  );
  return rows.map((row) => {
    const own = counted.filter((each) => each.import_id === row.id);
    return importOf(row, Object.fromEntries(own.map(({ seen, count }) => [seen, count])), ran);
  });
}

/** From then on none of its rows is claimed. One that has ended stays as it is. Call it in a transaction. */
export async function stopImport(
  query: Query,
  whose: Whose,
  id: string,
  { now, ran }: At,
): Promise<ImportFacts | undefined> {
  const show = async () => (await showImports(query, whose, { id, length: 1 }, ran))[0];
  // A claim that has begun is over, and the next one sees that the import has ended.
  await query('SELECT pg_advisory_xact_lock($1)', [String(lockOf('import', id))]);
  const found = await show();
  if (found?.state !== 'open') return found;
  await query('UPDATE pearsana_bff.imports SET stopped_at = $2 WHERE id = $1', [id, now]);
  return show();
}

/** Of each person or document, in order: the write that stands in the way, else the newest. */
export async function lookUpWrites(
  query: Query,
  digests: Digests,
  asked: Lookup,
): Promise<(RecordedWrite | null)[]> {
  const { environment, operation } = asked;
  const isDocument = 'digests' in asked;
  const wanted = isDocument
    ? asked.digests.map(digests.ofRequest)
    : asked.references.map((reference) => digests.ofPerson({ environment, operation }, reference));
  const source = isDocument
    ? `w WHERE fingerprint = asked.digest AND operation = 'submitDocument' AND environment = $2`
    : 'w JOIN pearsana_bff.persons ON persons.write = w.id WHERE persons.digest = asked.digest';
  const found = await query<SeenWrite & { number: number }>(
    `SELECT asked.number AS number, found.* FROM unnest($1::bytea[]) WITH ORDINALITY AS asked(digest, number)
       CROSS JOIN LATERAL (SELECT w.* FROM ${seenWrites} ${source} ORDER BY ${inTheWayFirst}) found`,
    isDocument ? [wanted, environment] : [wanted],
  );
  const byNumber = new Map(found.map((row) => [row.number, shown(row)]));
  return wanted.map((_, index) => byNumber.get(index + 1) ?? null);
}

/**
 * Why a row of an import must not be sent now; undefined if it may be sent. In that case the row is counted. Call it in the
 * claim's transaction, which has locked the import, its pace, and everybody whom the row is about.
 */
export async function refusalOf(
  query: Query,
  {
    intent,
    fingerprint,
    persons,
  }: { intent: Intent; fingerprint: Uint8Array; persons: readonly Uint8Array[] },
  { now, ran }: At,
): Promise<ImportRefusal | undefined> {
  const { caller, environment, operation, import: asked } = intent;
  if (!asked) return undefined;
  const [row] = await query<StoredImport & { taken: number; due: number | null }>(
    `SELECT imports.*, due, (SELECT count(*) FROM pearsana_bff.writes
         WHERE import_id = imports.id AND state IN ('unknown', 'succeeded')) AS taken
       FROM pearsana_bff.imports LEFT JOIN pearsana_bff.import_paces USING (caller, environment)
       WHERE imports.id = $1 AND caller = $2 AND environment = $3`,
    [asked.id, caller, environment],
  );
  if (!row) return { import: 'missing' };
  if (row.operation !== operation) return { import: 'mismatch' };
  if (row.stopped_at !== null || isStale(row, ran)) return { import: 'stopped' };
  const isDocument = operation === 'submitDocument';
  const [found] = await query<SeenWrite>(
    `SELECT * FROM ${seenWrites} w WHERE ${
      isDocument
        ? `operation = 'submitDocument' AND fingerprint = $2 AND environment = $3`
        : 'id IN (SELECT write FROM pearsana_bff.persons WHERE digest = ANY($2::bytea[]))'
    } AND ($1::bigint IS NULL OR seen <> 'succeeded' OR id > $1) ORDER BY ${inTheWayFirst}`,
    isDocument ? [row.again_before, fingerprint, environment] : [row.again_before, persons],
  );
  if (found && ranks[found.seen] <= ranks.succeeded)
    return { known: shown(found), sameRequest: Buffer.compare(found.fingerprint, fingerprint) === 0 };
  if (row.taken >= row.rows) return { import: 'full' };
  const pace = paceOf(row.due ?? 0, now, asked.perMinute);
  if ('waitMs' in pace) return pace;
  await query(
    `WITH paced AS (INSERT INTO pearsana_bff.import_paces VALUES ($1, $2, $3)
       ON CONFLICT (caller, environment) DO UPDATE SET due = excluded.due)
     UPDATE pearsana_bff.imports SET last_at = $4, last_ran = $5 WHERE id = $6`,
    [caller, environment, pace.due, now, ran, asked.id],
  );
  return undefined;
}
