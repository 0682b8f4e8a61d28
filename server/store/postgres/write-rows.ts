import { operationNames } from '../../../shared/operations.ts';
import type { Digests } from '../../journal/digests.ts';
import type {
  ActivityPage,
  Ending,
  Finding,
  Intent,
  RecordedWrite,
  Resolver,
  WantedWrites,
  Whose,
} from '../../journal/journal-store.ts';
import { mostRowBytes } from '../../journal/kept.ts';
import { bytesOf, cursorOf, entryOf, freesKey, isOf, json, type StoredWrite } from '../stored-write.ts';
import { DatabaseFailure, type Query } from './database.ts';

/** A row of `writes`, and the state in which everybody sees it. */
export type SeenWrite = StoredWrite & { seen: RecordedWrite['state'] };

/** All writes. One that is stored as `unknown` is in flight while the instance that sends it holds its lease. */
export const seenWrites = `(SELECT writes.*, CASE
    WHEN state <> 'unknown' OR owner IS NULL THEN state
    WHEN EXISTS (SELECT FROM pearsana_bff.instances
      WHERE instances.id = writes.owner AND lease_until > clock_timestamp()) THEN 'in_flight'
    ELSE 'unknown' END AS seen
  FROM pearsana_bff.writes)`;

/** How much is kept for the caller who is the statement's first value. */
export const bytesOfCaller =
  '(SELECT coalesce(sum(bytes), 0)::bigint FROM pearsana_bff.callers WHERE caller = $1)';

export const shown = (row: SeenWrite): RecordedWrite => entryOf(row, row.seen);

/** A row that was added, and the number of the transaction that added it. */
export type AddedWrite = { id: number; transaction: string };

/** Adds a row that is born `unknown`, with the people whom it is about. Gives undefined if its key is taken. */
export async function insertWrite(
  query: Query,
  row: {
    intent: Intent;
    references: string;
    key: Uint8Array | null;
    fingerprint: Uint8Array;
    persons: readonly Uint8Array[];
    owner: string;
    now: number;
    ran: number;
    bytes: number;
  },
): Promise<AddedWrite | undefined> {
  const { intent, references, key, fingerprint, persons, owner, now, ran, bytes } = row;
  const [added] = await query<AddedWrite>(
    `WITH added AS (
       INSERT INTO pearsana_bff.writes (started_at, caller, environment, operation, request_id, external_references,
         key_digest, fingerprint, owner, kept_from, bytes, import_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id),
     about AS (INSERT INTO pearsana_bff.persons SELECT digest, id FROM added, unnest($13::bytea[]) AS digest
       ON CONFLICT DO NOTHING)
     SELECT id, pg_current_xact_id()::text AS transaction FROM added`,
    [
      ...[now, intent.caller, intent.environment, intent.operation, intent.requestId, references],
      ...[key, fingerprint, owner, ran, bytes, intent.import?.id ?? null, persons],
    ],
  );
  return added;
}

/**
 * Whether the database is still committing a transaction, whose connection broke: until that is over, its rows can't be seen.
 * After a failover the database may not know a number that is so new, and then its rows are gone.
 */
export async function isCommitting(query: Query, transaction: string): Promise<boolean> {
  try {
    const [found] = await query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [
      transaction,
    ]);
    return found?.status === 'in progress';
  } catch (error) {
    if (error instanceof DatabaseFailure && error.code === numberFromTheFuture) return false;
    throw error;
  }
}

const numberFromTheFuture = '22023';

/** Records an outcome. It changes nothing if a person has resolved the write meanwhile. @param row its size, and who claimed it */
export async function endWrite(
  query: Query,
  id: number,
  { state, code = null, ...answer }: Ending,
  row: { owner: string; bytes: number; now: number; ran: number },
): Promise<void> {
  const partner = json(answer.partner);
  const whole = json(answer.result);
  const result = bytesOf(whole) <= mostRowBytes - row.bytes - bytesOf(code, partner) ? whole : null;
  await query(
    `UPDATE pearsana_bff.writes SET state = $3, ended_at = $4, code = $5, partner = $6, result = $7, owner = NULL,
       kept_from = $8, bytes = bytes + $9, key_digest = CASE WHEN $10 THEN NULL ELSE key_digest END
     WHERE id = $1 AND owner = $2`,
    [
      ...[id, row.owner, state, row.now, code, partner, result, row.ran],
      ...[bytesOf(code, partner, result), freesKey(state) === 1],
    ],
  );
}

/** Call it in a transaction. */
export async function resolveWrite(
  query: Query,
  whose: Resolver,
  id: number,
  { happened, by, now, ran }: Finding & { now: number; ran: number },
): Promise<RecordedWrite | undefined> {
  await query('SELECT FROM pearsana_bff.writes WHERE id = $1 FOR UPDATE', [id]);
  const byId = async () => (await query<SeenWrite>(`SELECT * FROM ${seenWrites} w WHERE id = $1`, [id]))[0];
  const row = await byId();
  if (!row || !isOf(row, whose)) return undefined;
  if (row.seen !== 'unknown') return shown(row);
  const state = happened ? 'succeeded' : 'not_sent';
  await query(
    `UPDATE pearsana_bff.writes SET state = $2, owner = NULL, resolved_by = $3, resolved_at = $4, kept_from = $5,
       bytes = bytes + $6, key_digest = CASE WHEN $7 THEN NULL ELSE key_digest END WHERE id = $1`,
    [id, state, by, now, ran, bytesOf(by), freesKey(state) === 1],
  );
  const resolved = await byId();
  return resolved && shown(resolved);
}

/** One page of writes. In everybody's, those with an unknown outcome come first. */
export async function pageOfWrites(
  query: Query,
  digests: Digests,
  whose: Whose,
  {
    length,
    before,
    wanted = {},
  }: { length: number; before: string | undefined; wanted?: WantedWrites | undefined },
): Promise<ActivityPage> {
  const all = whose.caller === undefined && wanted.state === undefined;
  const { unresolved, below } = cursorOf(before, all);
  const select = (from: number, most: number, state: WantedWrites['state'], but?: 'unknown') =>
    selectWrites(query, digests, whose, { ...wanted, state }, { below: from, most, but });
  const most = length + 1;
  const rows: SeenWrite[] = [];
  if (unresolved) rows.push(...(await select(below, most, 'unknown')));
  if (rows.length < most) {
    const from = unresolved ? Number.MAX_SAFE_INTEGER : below;
    rows.push(...(await select(from, most - rows.length, wanted.state, all ? 'unknown' : undefined)));
  }
  const writes = rows.slice(0, length).map(shown);
  const last = writes.at(-1);
  const isPart = rows.length > length && last !== undefined;
  return { writes, next: isPart ? `${all && last.state === 'unknown' ? 'u' : ''}${last.id}` : null };
}

/** Newest first. */
function selectWrites(
  query: Query,
  digests: Digests,
  { caller, environment }: Whose,
  { state, person, import: importId }: WantedWrites,
  { below, most, but }: { below: number; most: number; but: 'unknown' | undefined },
): Promise<SeenWrite[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const require = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  require(below, (place) => `id < ${place}`);
  require(caller, (place) => `caller = ${place}`);
  require(environment, (place) => `environment = ${place}`);
  // A write in flight is stored as `unknown`, and there is an index for these.
  require(state === 'in_flight' ? 'unknown' : state, (place) => `state = ${place}`);
  require(state, (place) => `seen = ${place}`);
  require(but, (place) => `seen <> ${place}`);
  const persons =
    person &&
    operationNames.map((operation) =>
      digests.ofPerson({ environment: environment ?? '', operation }, person),
    );
  require(persons, (place) =>
    `id IN (SELECT write FROM pearsana_bff.persons WHERE digest = ANY(${place}::bytea[]))`);
  if (importId === 'none') conditions.push('import_id IS NULL');
  else require(importId, (place) => `import_id = ${place}`);
  values.push(most);
  return query<SeenWrite>(
    `SELECT * FROM ${seenWrites} w WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT $${values.length}`,
    values,
  );
}
