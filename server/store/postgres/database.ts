import { Pool, type PoolClient, types } from 'pg';
import { errorCodeOf } from '../../error-code.ts';
import type { Secret } from '../../secret.ts';

/** Runs one statement, with values for its `$1`, `$2`, …. */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * A database that many BFFs share. Nothing here waits for it longer than a second. Only unnamed statements are sent, and
 * nothing that a connection would remember, so that a pooler such as pgbouncer may give each transaction another one.
 */
export type Database = {
  /** One statement by itself. @throws DatabaseFailure */
  query: Query;
  /**
   * Statements that count together or not at all, and are on the disk when this resolves. @throws DatabaseFailure if nothing
   * counts, and CommitUnknown if nobody knows; else what `run` throws.
   * @param locks are taken first, in this order, and held to the end: each statement sees whatever was committed before.
   */
  transaction<Result>(run: (query: Query) => Promise<Result>, locks?: readonly bigint[]): Promise<Result>;
  /** Uses another URL for new connections. */
  follow(url: Secret): void;
  close(): Promise<void>;
};

/** What an operator meets first, in words. */
const reasons: Readonly<Record<string, string>> = {
  '28P01': 'its user or password is wrong',
  '28000': 'its user may not connect from here (pg_hba.conf)',
  '3D000': 'there is no database of that name',
  '42501': 'its user lacks a permission, and should own the database',
  '53300': 'it has no connection left',
  '57P03': 'it is starting or stopping',
  '25006': 'it is read-only, as a standby is',
  ECONNREFUSED: 'nothing listens at its host and port',
  ENOTFOUND: 'its host is not known',
  TIMEOUT: 'it did not answer in time',
};

/** Why the database could not be used. The next call tries again. */
export class DatabaseFailure extends Error {
  override readonly name: string = 'DatabaseFailure';
  /** The system's or PostgreSQL's code, such as `ECONNREFUSED` or `57P01`. It contains nothing from a row. */
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    const why = reasons[code];
    super(`The database (BFF_DATABASE_URL) cannot be used${why ? `: ${why}` : ''} (${code}).`, options);
    this.code = code;
  }
}

/** The connection failed while the transaction was being committed. */
export class CommitUnknown extends DatabaseFailure {
  override readonly name = 'CommitUnknown';
}

/** The most connections of one instance. */
const mostConnections = 10;
/** How long anybody waits for a statement or a transaction, with the wait for a connection. */
const usualLongestMs = 1_000;
/** A proxy or a failover may have put a connection in the wrong place, so none is kept for long. */
const longestConnectionSeconds = 600;

/**
 * The server gives up later than we do: if it gave up on a commit that waits for a standby, it would call it done. A process
 * that is stopped in the middle of a transaction does not keep its locks for longer.
 */
const beginWithin = (
  longestMs: number,
) => `BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL statement_timeout = ${5 * longestMs};
  SET LOCAL idle_in_transaction_session_timeout = ${3 * longestMs};`;

/** Sent together with the above, since each round trip counts. */
const lock = (locks: readonly bigint[]) =>
  locks.length === 0
    ? ''
    : `SELECT pg_advisory_xact_lock(key) FROM unnest('{${locks.join()}}'::bigint[]) AS key`;

const bigint = 20;

/** @param longestMs how long anybody waits. A command that moves many rows may wait longer. */
export function createDatabase(url: Secret, longestMs = usualLongestMs): Database {
  const pool = new Pool({
    connectionString: url.reveal(),
    max: mostConnections,
    connectionTimeoutMillis: longestMs,
    maxLifetimeSeconds: longestConnectionSeconds,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
    // Ids and times in milliseconds, all below 2^53.
    types: { getTypeParser: (oid, format) => (oid === bigint ? Number : types.getTypeParser(oid, format)) },
  });
  // A connection that fails while it is idle has left the pool already.
  pool.on('error', ignore);
  // From its first moment: the server's last word may come together with its first one, before anybody here has the connection
  // in hand, and an error that nobody listens for ends the process. Whoever waits for an answer is told by that.
  pool.on('connect', (client) => client.on('error', ignore));

  /** Runs something on a connection. After a failure nobody uses that connection again. */
  async function connected<Result>(run: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new DatabaseFailure('TIMEOUT')), longestMs);
    const connecting = pool.connect();
    let client: PoolClient | undefined;
    try {
      client = await Promise.race([connecting, late]);
      const result = await Promise.race([run(client), late]);
      client.release();
      return result;
    } catch (error) {
      if (client) client.release(true);
      else
        connecting.then(
          (each) => each.release(),
          () => {},
        );
      throw error instanceof DatabaseFailure || isOurs(error) ? error : failureOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  const queryOf =
    (client: PoolClient): Query =>
    async (text, values = []) =>
      (await client.query(text, [...values])).rows;

  return {
    query: (text, values) => connected((client) => queryOf(client)(text, values)),

    async transaction(run, locks = []) {
      let isCommitting = false;
      try {
        return await connected(async (client) => {
          await client.query(beginWithin(longestMs) + lock(locks));
          const result = await run(queryOf(client));
          isCommitting = true;
          const { command } = await client.query('COMMIT');
          isCommitting = false;
          // A transaction that has failed is rolled back by a commit, and that is no error.
          if (command !== 'COMMIT') throw new DatabaseFailure('ROLLED_BACK');
          return result;
        });
      } catch (error) {
        if (isCommitting && error instanceof DatabaseFailure)
          throw new CommitUnknown(error.code, { cause: error });
        throw error;
      }
    },

    follow(next) {
      pool.options.connectionString = next.reveal();
    },
    async close() {
      await pool.end();
    },
  };
}

const ignore = () => {};

/** What code of ours threw inside a transaction: neither the driver nor the system names its errors so. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && /^(Journal|Bff|Usage)/.test(error.name);
}

function failureOf(error: unknown): DatabaseFailure {
  const isTimeout = error instanceof Error && /^timeout exceeded|^Connection terminated/.test(error.message);
  const code = errorCodeOf(error);
  return new DatabaseFailure(code === 'no code' && isTimeout ? 'TIMEOUT' : code, { cause: error });
}
