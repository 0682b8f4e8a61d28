import type { ExternalReference } from '../../../shared/fields.ts';
import type { DatabaseSync } from '../../files/sqlite.ts';
import type { Digests } from '../../journal/digests.ts';
import { bytesBeside, bytesOf } from '../stored-write.ts';
import { besideWrites } from './schema.ts';

/**
 * Converts the first version's tables to today's, in the caller's transaction. Every key and every unknown outcome stays
 * valid, and all rows are kept for another 30 days, since their dates may come from a wrong clock. If a program of the first
 * version still runs, it can no longer find its column `key`, and so sends nothing.
 */
export function takeOver(database: DatabaseSync, digests: Digests): void {
  database.exec(`
    DROP INDEX writes_by_age;
    ALTER TABLE writes RENAME COLUMN key TO key_digest;
    ALTER TABLE writes ADD COLUMN import_id TEXT;
    ALTER TABLE writes ADD COLUMN kept_from INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE writes ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    DROP TABLE secret;
    ${besideWrites}
  `);
  const update = database.prepare('UPDATE writes SET bytes = ? WHERE id = ?');
  const insertPerson = database.prepare('INSERT OR IGNORE INTO persons VALUES (?, ?)');
  const addCallers = database.prepare('INSERT OR IGNORE INTO callers SELECT DISTINCT caller, 0 FROM writes');
  addCallers.run();
  const rows = database.prepare(
    `SELECT id, caller, environment, operation, request_id, external_references, code, partner, result FROM writes
       WHERE id > ? ORDER BY id LIMIT 1000`,
  );
  for (let page = rows.all(0); page.length > 0; page = rows.all(page.at(-1)?.id ?? 0)) {
    for (const row of page) {
      const { id, environment, operation, external_references, ...texts } = row as FirstVersion;
      const references: ExternalReference[] = JSON.parse(external_references);
      const all = [environment, operation, external_references, ...Object.values(texts)];
      // The triggers add it to the size of what is kept for the caller.
      update.run(bytesOf(...all) + bytesBeside(references.length), id);
      for (const each of references) insertPerson.run(digests.ofPerson({ environment, operation }, each), id);
    }
  }
}

type FirstVersion = {
  id: number;
  environment: string;
  operation: string;
  external_references: string;
  caller: string;
  request_id: string;
  code: string | null;
  partner: string | null;
  result: string | null;
};
