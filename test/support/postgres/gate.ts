import type { Database } from '../../../server/store/postgres/database.ts';

/** A place in the database where everybody waits for as long as the test holds this lock. */
export type Gate = AsyncDisposable & {
  lock: bigint;
  /** How many wait for a lock of this kind, there or elsewhere. */
  waiting(): Promise<number>;
};

/** Any number that no other lock has. */
const lock = 42n;

/** @param where the rest of a trigger's definition, such as `AFTER DELETE ON pearsana_bff.writes`; it is passed for each row. */
export async function makeGate(database: Database, where: string): Promise<Gate> {
  await database.query(`CREATE FUNCTION wait_at_gate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(${lock}); RETURN NEW; END $$`);
  // By this name, it comes after the triggers of the schema.
  await database.query(
    `CREATE ${where.includes('DEFERRABLE') ? 'CONSTRAINT ' : ''}TRIGGER gate ${where} FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`,
  );
  return {
    lock,
    async waiting() {
      const rows = await database.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return rows.length;
    },
    [Symbol.asyncDispose]: () =>
      database.query('DROP FUNCTION IF EXISTS wait_at_gate CASCADE').then(() => {}),
  };
}
