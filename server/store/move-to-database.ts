import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { readAccessFile } from '../callers/access-file.ts';
import { UsageError } from '../command-line/arguments.ts';
import type { DatabaseConfig } from '../config/database-config.ts';
import { journalFile, journalKeyFile, movedFile } from '../config/journal-files.ts';
import type { DatabaseSync } from '../files/sqlite.ts';
import { importBytes } from '../journal/kept.ts';
import { markOf } from './local/check-journal.ts';
import { openDatabase } from './local/open-database.ts';
import { requireNoBackup } from './local/prepare-journal.ts';
import type { Database, Query } from './postgres/database.ts';
import { changeKeysIn } from './postgres/key-rows.ts';
import { checkSchema } from './postgres/migrate.ts';
import { digestsOf, withDatabase } from './postgres/postgres-store.ts';

/** The tables of the journal with their columns, in an order in which every row finds those that it names. */
const tables: Readonly<Record<string, string>> = {
  journal: 'id, secret, base, ran',
  absences: 'since, ms',
  writes: `id, started_at, caller, environment, operation, request_id, external_references, key_digest, fingerprint, state,
    ended_at, code, partner, result, resolved_by, resolved_at, import_id, kept_from, bytes`,
  persons: 'digest, write',
  imports: `id, caller, environment, operation, rows, digest, again_before, started_at, stopped_at, last_at, last_ran`,
  import_paces: 'caller, environment, due',
};
const rowsAtOnce = 500;
/** Hundreds of thousands of rows take minutes. */
const longestMs = 60 * 60_000;

/**
 * Carries the journal and the access keys of a data directory into an empty database, once, and compares both. Afterwards a
 * BFF refuses to start on the data directory alone, since it would send again what the database knows.
 * @returns what was moved, in words. @throws Error in words, and then nothing was moved
 */
export function moveToDatabase(directory: string, config: DatabaseConfig): Promise<string> {
  requireNoBackup(directory);
  const {
    database: sqlite,
    digests,
    owner,
  } = openDatabase({
    ...{ directory, ownerId: crypto.randomUUID(), mayCreate: false, now: Date.now() },
  });
  return withDatabase(config, move, longestMs).finally(() => {
    sqlite.close();
    owner.release();
  });

  async function move(database: Database): Promise<string> {
    await checkSchema(database.query);
    if (!owner.isAlone()) throw new Error(`A BFF uses ${directory} at this moment. Stop it first.`);
    if (Buffer.compare(digestsOf(config).ofNothing(), digests.ofNothing()) !== 0)
      throw new Error(
        `The file of BFF_JOURNAL_KEY_FILE must be a copy of ${join(directory, journalKeyFile)}: with another key, every write would look new.`,
      );
    const { keys, fault } = readAccessFile(directory);
    if (keys === undefined) throw new Error(fault);
    // Until the end, no BFF can begin to write here.
    sqlite.exec('BEGIN IMMEDIATE');
    const counts = await database.transaction(async (query) => {
      await requireEmpty(query);
      const moved: Record<string, number> = {};
      for (const [table, columns] of Object.entries(tables))
        moved[table] = await copyTable(sqlite, query, table, columns.split(/,\s+/));
      await compare(sqlite, query);
      await changeKeysIn(query, (known) => {
        if (known.length === 0) return [...keys];
        throw new UsageError('The database has access keys already. Nothing was moved.');
      });
      return moved;
    });
    sqlite.exec('COMMIT');
    sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    renameSync(join(directory, journalFile), join(directory, movedFile));
    return `Moved ${counts.writes} writes, ${counts.imports} imports and ${keys.length} access keys from ${directory}. The old journal is now ${movedFile}.`;
  }
}

async function requireEmpty(query: Query): Promise<void> {
  const [found] = await query<{ has: boolean }>(
    'SELECT EXISTS (SELECT FROM pearsana_bff.writes) OR EXISTS (SELECT FROM pearsana_bff.imports) AS has',
  );
  if (found?.has) throw new UsageError('The database has a journal with writes already. Nothing was moved.');
  await query('DELETE FROM pearsana_bff.journal');
  await query('DELETE FROM pearsana_bff.absences');
}

/** @returns how many rows were copied. */
async function copyTable(
  sqlite: DatabaseSync,
  query: Query,
  table: string,
  columns: readonly string[],
): Promise<number> {
  const extra = table === 'imports' ? `, ${importBytes}` : '';
  const into = table === 'imports' ? [...columns, 'bytes'] : columns;
  // In the order in which they were made, where a table has one.
  const order = ['persons', 'import_paces'].includes(table) ? '' : ' ORDER BY rowid';
  const rows = sqlite.prepare(`SELECT ${columns.join(', ')} FROM ${table}${order}`);
  let count = 0;
  let batch: unknown[][] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    const places = batch.map(
      (_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`)}${extra})`,
    );
    await query(
      `INSERT INTO pearsana_bff.${table} (${into.join(', ')}) VALUES ${places.join(', ')}`,
      batch.flat(),
    );
    count += batch.length;
    batch = [];
  };
  for (const row of rows.iterate()) {
    batch.push(columns.map((column) => row[column]));
    if (batch.length === rowsAtOnce) await flush();
  }
  await flush();
  return count;
}

/** What must be the same on both sides: how many, of which state, and how much of each caller. */
async function compare(sqlite: DatabaseSync, query: Query): Promise<void> {
  // Numbers are never given twice, not even those of rows that are gone.
  await query("SELECT setval(pg_get_serial_sequence('pearsana_bff.writes', 'id'), greatest($1::bigint, 1))", [
    markOf(sqlite).lastId,
  ]);
  for (const facts of [
    'SELECT state, count(*) AS count, max(id) AS last FROM {writes} GROUP BY state ORDER BY state',
    'SELECT caller, CAST(sum(bytes) AS BIGINT) AS bytes FROM {callers} GROUP BY caller HAVING sum(bytes) > 0 ORDER BY caller',
    'SELECT count(*) AS count FROM {persons}',
    'SELECT count(*) AS count FROM {imports}',
  ]) {
    const here = sqlite.prepare(facts.replaceAll(/[{}]/g, '')).all();
    const there = await query(
      facts
        .replaceAll(/\{(\w+)\}/g, 'pearsana_bff.$1')
        .replace('ORDER BY caller', 'ORDER BY caller COLLATE "C"'),
    );
    if (JSON.stringify(here) !== JSON.stringify(there))
      throw new UsageError('The database does not hold what the data directory holds. Nothing was moved.');
  }
}
