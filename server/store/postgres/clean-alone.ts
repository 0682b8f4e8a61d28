import type { Database, Query } from './database.ts';
import { lockOf } from './lock-of.ts';

/**
 * Removes old rows in a transaction, as the only instance that does so at this moment. Two could lock the same rows in two
 * orders, and wait for each other until the database ends one of them: not only the rows that they remove, but also those in
 * which a trigger counts what is left.
 * @param what one instance at a time cleans each of these.
 * @returns undefined if another instance is at it: then nothing was done, and there is nothing to wait for.
 */
export function cleanAlone<Result>(
  database: Database,
  what: 'journal' | 'handles',
  clean: (query: Query) => Promise<Result>,
): Promise<Result | undefined> {
  return database.transaction(async (query) => {
    const [lock] = await query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
      String(lockOf('clean', what)),
    ]);
    return lock?.taken ? clean(query) : undefined;
  });
}
