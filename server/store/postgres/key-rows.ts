import { type AccessKeyEntry, afterChange } from '../../callers/access-file.ts';
import type { AccessKeyLog } from '../../callers/access-keys.ts';
import type { ChangeKeys, KeyPlace, KeyStore } from '../../callers/key-store.ts';
import { busyWithoutDatabase } from './busy.ts';
import { type Database, DatabaseFailure, type Query } from './database.ts';
import { lockOf } from './lock-of.ts';

/** Whoever changes several keys takes it first: else two could wait for each other. */
const keysLock = lockOf('access keys');
/** A removed key is refused everywhere within two of these. */
const lookEveryMs = 900;
const recordUseEveryMs = 60_000;

type KeyRow = {
  id: string;
  name: string;
  hash: string;
  grants: string[];
  created_at: string;
  expires_at: string | null;
  origin: AccessKeyEntry['origin'];
  last_used_at: string | null;
};

const entryOf = ({ id, name, hash, grants, created_at, expires_at, origin }: KeyRow): AccessKeyEntry => ({
  ...{ id, name, hash, grants, origin },
  ...{ createdAt: created_at, expiresAt: expires_at },
});

const allKeys = 'SELECT * FROM pearsana_bff.access_keys ORDER BY position';

/** The access keys of all BFFs that share the database, for the command `access`. */
export function postgresKeys(database: Database): KeyPlace {
  return {
    where: 'every BFF that uses the database of BFF_DATABASE_URL',
    async read() {
      const rows = await database.query<KeyRow>(allKeys);
      const used = rows.flatMap(({ id, last_used_at }) =>
        last_used_at === null ? [] : [[id, last_used_at]],
      );
      return { keys: rows.map(entryOf), lastUse: Object.fromEntries(used) };
    },
    change: changeOf(database),
  };
}

/**
 * Changes the keys, each time in one transaction. The changes of one process are made one after another, so that they do not
 * wait for each other with a connection each; other processes wait for the lock.
 */
function changeOf(database: Database): ChangeKeys {
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const changed = last.then(() => database.transaction((query) => changeKeysIn(query, change)));
    last = changed.catch(() => {});
    return changed;
  };
}

/** Changes the keys in the caller's transaction. */
export async function changeKeysIn(
  query: Query,
  change: Parameters<ChangeKeys>[0],
): Promise<readonly AccessKeyEntry[]> {
  await query('SELECT pg_advisory_xact_lock($1)', [String(keysLock)]);
  const before = (await query<KeyRow>(allKeys)).map(entryOf);
  const then = await query<{ name: string; at: string }>('SELECT name, at FROM pearsana_bff.removed_names');
  const { keys, removed } = afterChange(before, then, change);
  await replaceKeys(query, before, keys);
  await query('DELETE FROM pearsana_bff.removed_names');
  await query('INSERT INTO pearsana_bff.removed_names SELECT * FROM unnest($1::text[], $2::text[])', [
    removed.map(({ name }) => name),
    removed.map(({ at }) => at),
  ]);
  await query('UPDATE pearsana_bff.access_changes SET number = number + 1');
  return keys;
}

async function replaceKeys(
  query: Query,
  before: readonly AccessKeyEntry[],
  keys: readonly AccessKeyEntry[],
): Promise<void> {
  const kept = new Set(keys.map(({ id }) => id));
  const gone = before.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  await query('DELETE FROM pearsana_bff.access_keys WHERE id = ANY($1)', [gone]);
  const known = new Map(before.map((each) => [each.id, each]));
  for (const each of keys) {
    if (known.get(each.id) === each) continue;
    await query(
      `INSERT INTO pearsana_bff.access_keys (id, name, hash, grants, created_at, expires_at, origin)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE
         SET name = $2, hash = $3, grants = $4, created_at = $5, expires_at = $6, origin = $7`,
      [each.id, each.name, each.hash, each.grants, each.createdAt, each.expiresAt, each.origin],
    );
  }
}

/**
 * The access keys in a database, followed by asking once a second whether they changed. While the database is away, those
 * that were read stay in force.
 */
export function createKeyRows(
  database: Database,
  log: Pick<AccessKeyLog, 'accessKeysRead' | 'lastUseNotWritten'>,
): KeyStore {
  let keys: readonly AccessKeyEntry[] | undefined;
  let seenChange: number | undefined;
  let tell: ((changed: readonly AccessKeyEntry[]) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let looking: Promise<void> | undefined;
  const used = new Map<string, string>();
  let recordedAt = Number.NEGATIVE_INFINITY;

  async function lookNow(): Promise<void> {
    const [row] = await database.query<{ number: number }>('SELECT number FROM pearsana_bff.access_changes');
    if (!row || row.number === seenChange) return;
    // Read after the number: a change in between is read twice, and never missed.
    const read = (await database.query<KeyRow>(allKeys)).map(entryOf);
    if (keys !== undefined) log.accessKeysRead(read.length);
    keys = read;
    seenChange = row.number;
    tell?.(read);
  }

  function look(): Promise<void> {
    looking ??= lookNow().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function lookAgain(): Promise<void> {
    await look().catch(() => {});
    if (performance.now() - recordedAt > recordUseEveryMs) await recordUse();
    if (!isStopped) timer = setTimeout(lookAgain, lookEveryMs).unref();
  }

  async function recordUse(): Promise<void> {
    if (used.size === 0) return;
    recordedAt = performance.now();
    const uses = [...used];
    used.clear();
    const text = `UPDATE pearsana_bff.access_keys SET last_used_at = greatest(last_used_at, at)
      FROM unnest($1::text[], $2::text[]) AS use(key, at) WHERE id = key`;
    const values = [uses.map(([id]) => id), uses.map(([, at]) => at)];
    try {
      await database.transaction((query) => query(text, values), [keysLock]);
    } catch (error) {
      log.lastUseNotWritten(error instanceof DatabaseFailure ? error.code : 'no code');
    }
  }
  void lookAgain();

  const seek = createSeeker(database);
  const changeNow = changeOf(database);

  return {
    keys: () => keys,
    onChange(changed) {
      tell = changed;
    },
    async change(change) {
      try {
        keys = await changeNow(change);
        return keys;
      } catch (error) {
        throw error instanceof DatabaseFailure ? busyWithoutDatabase('the access keys', error) : error;
      }
    },
    async find(hash) {
      try {
        // Until the keys are here, nobody can say that one is wrong.
        if (keys === undefined) await look();
        return await seek(hash);
      } catch (error) {
        throw error instanceof DatabaseFailure ? busyWithoutDatabase('your access key', error) : error;
      }
    },
    noteUse(keyId) {
      used.set(keyId, new Date().toISOString());
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking?.catch(() => {});
      await recordUse();
    },
  };
}

/** Looks for keys, and asks for many at once where many are sought: wrong keys must not keep the database busy. */
function createSeeker(database: Database): (hash: string) => Promise<AccessKeyEntry | undefined> {
  let sought = new Set<string>();
  let next: Promise<Map<string, AccessKeyEntry>> | undefined;
  let before: Promise<unknown> = Promise.resolve();

  async function ask(): Promise<Map<string, AccessKeyEntry>> {
    await before;
    const hashes = [...sought];
    sought = new Set();
    next = undefined;
    const asked = database.query<KeyRow>('SELECT * FROM pearsana_bff.access_keys WHERE hash = ANY($1)', [
      hashes,
    ]);
    before = asked.catch(() => {});
    return new Map((await asked).map((row) => [row.hash, entryOf(row)]));
  }

  return async (hash) => {
    sought.add(hash);
    next ??= ask();
    return (await next).get(hash);
  };
}
