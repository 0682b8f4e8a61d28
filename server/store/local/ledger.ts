import type { WriteState } from '../../../shared/activity.ts';
import { operationNames } from '../../../shared/operations.ts';
import { withoutKeys } from '../../callers/key-format.ts';
import type {
  ActivityPage,
  Announcement,
  Claim,
  Ending,
  Finding,
  ImportFacts,
  Intent,
  RecordedWrite,
  Resolver,
  WantedWrites,
  Whose,
} from '../../journal/journal-store.ts';
import { ageMarginMs, importBytes, keptMs, mostCallerBytes, mostRowBytes } from '../../journal/kept.ts';
import type { JournalClock } from '../journal-clock.ts';
import {
  bytesBeside,
  bytesOf,
  type Cursor,
  cursorOf,
  entryOf,
  freesKey,
  isOf,
  json,
  partnerOf,
  type StoredWrite,
} from '../stored-write.ts';
import { createImportRows } from './import-rows.ts';
import type { OpenJournal } from './open-database.ts';
import { createRunningTime } from './running-time.ts';

export type Ledger = ReturnType<typeof createLedger>;

/**
 * The meaning of the journal's rows. All functions except `page` are called in a transaction, after `begin`. Each may fail
 * with SQLite's error.
 * @param underWay the writes that this process is sending. A claim adds its own; the code that ends the transaction does the rest.
 */
export function createLedger(open: OpenJournal, underWay: Set<number>, clock: JournalClock) {
  const { database, digests, owner } = open;
  const runningTime = createRunningTime(open, clock);
  /** The running time of this transaction. */
  let ran = 0;

  const byKey = database.prepare(
    'SELECT * FROM writes WHERE caller = ? AND environment = ? AND operation = ? AND key_digest = ?',
  );
  const bytesOfCaller = database.prepare('SELECT bytes FROM callers WHERE caller = ?');
  const insert = database.prepare(
    `INSERT INTO writes (started_at, caller, environment, operation, request_id, external_references, key_digest,
       fingerprint, owner, kept_from, bytes, import_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPerson = database.prepare('INSERT OR IGNORE INTO persons VALUES (?, ?)');
  const bytesOfWrite = database.prepare('SELECT bytes FROM writes WHERE id = ?');
  const update = database.prepare(
    `UPDATE writes SET state = ?, ended_at = ?, code = ?, partner = ?, result = ?, owner = NULL, kept_from = ?,
       bytes = bytes + ?, key_digest = CASE WHEN ? THEN NULL ELSE key_digest END WHERE id = ? AND owner = ?`,
  );
  const resolution = database.prepare(
    `UPDATE writes SET state = ?, owner = NULL, resolved_by = ?, resolved_at = ?, kept_from = ?,
       bytes = bytes + ?, key_digest = CASE WHEN ? THEN NULL ELSE key_digest END WHERE id = ?`,
  );
  const clean = database.prepare(
    `DELETE FROM writes WHERE id IN
       (SELECT id FROM writes WHERE state <> 'unknown' AND kept_from <= ? ORDER BY kept_from LIMIT ?)`,
  );
  const cleanImports = database.prepare(
    'DELETE FROM imports WHERE id IN (SELECT id FROM imports WHERE last_ran <= ? LIMIT ?)',
  );
  const journalName = database.prepare('SELECT id FROM journal');
  const byId = database.prepare('SELECT * FROM writes WHERE id = ?');

  function stateOf(row: StoredWrite): WriteState {
    if (row.state !== 'unknown' || row.owner === null) return row.state;
    const isUnderWay = row.owner === owner.id ? underWay.has(row.id) : owner.isAlive(row.owner);
    return isUnderWay ? 'in_flight' : 'unknown';
  }

  const seen = (row: StoredWrite): RecordedWrite => entryOf(row, stateOf(row));
  const imports = createImportRows(open, clock, { seen, ran: () => ran });

  /** Newest first, read one by one, so that the reader can stop early. */
  function* select(
    { caller, environment }: Whose,
    below: number,
    { state, person, import: importId }: WantedWrites,
  ): Generator<RecordedWrite> {
    // A write in flight is stored as `unknown`.
    const stored = state === 'in_flight' ? 'unknown' : state;
    const persons =
      person &&
      operationNames.map((operation) =>
        digests.ofPerson({ environment: environment ?? '', operation }, person),
      );
    const conditions: [sql: string, values: (string | number | Uint8Array | undefined)[]][] = [
      ['id < ?', [below]],
      ['caller = ?', [caller]],
      ['environment = ?', [environment]],
      ['state = ?', [stored]],
      [
        `id IN (SELECT write FROM persons WHERE digest IN (${persons?.map(() => '?')}))`,
        persons ?? [undefined],
      ],
      importId === 'none' ? ['import_id IS NULL', []] : ['import_id = ?', [importId]],
    ];
    const given = conditions.filter(([, values]) => !values.includes(undefined));
    const where = given.map(([sql]) => sql).join(' AND ');
    const rows = database.prepare(`SELECT * FROM writes WHERE ${where} ORDER BY id DESC`);
    for (const row of rows.iterate(...given.flatMap(([, values]) => values as (string | number)[]))) {
      const write = seen(row as StoredWrite);
      if (state === undefined || write.state === state) yield write;
    }
  }

  function* unresolvedFirst(
    whose: Whose,
    { unresolved, below }: Cursor,
    wanted: WantedWrites,
  ): Generator<RecordedWrite> {
    if (unresolved) yield* select(whose, below, { ...wanted, state: 'unknown' });
    const from = unresolved ? Number.MAX_SAFE_INTEGER : below;
    for (const each of select(whose, from, wanted)) if (each.state !== 'unknown') yield each;
  }

  return {
    begin(): void {
      ran = runningTime.count();
    },

    claim(intent: Intent): Claim {
      const { caller, environment, operation, requestId, idempotencyKey } = intent;
      const fingerprint = digests.ofRequest(intent.digest);
      const key = idempotencyKey === undefined ? null : digests.ofKey(idempotencyKey);
      if (key !== null) {
        const earlier = byKey.get(caller, environment, operation, key) as StoredWrite | undefined;
        if (earlier) {
          const sameRequest = Buffer.compare(fingerprint, earlier.fingerprint) === 0;
          return { earlier: seen(earlier), partner: partnerOf(earlier), sameRequest };
        }
      }
      const refusal = intent.import && imports.refusal(intent, intent.import, fingerprint);
      if (refusal) return refusal;
      // References are text from callers. An access key that somebody pasted must not be kept.
      const references = withoutKeys(JSON.stringify(intent.references));
      const texts = bytesOf(caller, environment, operation, requestId, references);
      const bytes = texts + bytesBeside(intent.references.length);
      if (Number(bytesOfCaller.get(caller)?.bytes ?? 0) + bytes > mostCallerBytes) return { full: 'caller' };
      const { lastInsertRowid } = insert.run(
        ...([clock.wall(), caller, environment, operation, requestId, references] as const),
        ...([key, fingerprint, owner.id, ran, bytes, intent.import?.id ?? null] as const),
      );
      const id = Number(lastInsertRowid);
      for (const reference of intent.references) insertPerson.run(digests.ofPerson(intent, reference), id);
      underWay.add(id);
      return { id: String(id) };
    },

    /** Changes nothing if a person has resolved the write meanwhile. */
    end(id: number, { state, code = null, ...answer }: Ending): void {
      const partner = json(answer.partner);
      const whole = json(answer.result);
      const left = mostRowBytes - Number(bytesOfWrite.get(id)?.bytes ?? 0) - bytesOf(code, partner);
      const result = bytesOf(whole) <= left ? whole : null;
      update.run(
        ...([state, clock.wall(), code, partner, result, ran, bytesOf(code, partner, result)] as const),
        ...([freesKey(state), id, owner.id] as const),
      );
    },

    page(whose: Whose, length: number, before?: string, wanted: WantedWrites = {}): ActivityPage {
      const all = whose.caller === undefined && wanted.state === undefined;
      const from = cursorOf(before, all);
      const writes: RecordedWrite[] = [];
      for (const each of all ? unresolvedFirst(whose, from, wanted) : select(whose, from.below, wanted)) {
        writes.push(each);
        if (writes.length > length) break;
      }
      const page = writes.slice(0, length);
      const last = page.at(-1);
      const isPart = writes.length > length && last !== undefined;
      return {
        writes: page,
        next: isPart ? `${all && last.state === 'unknown' ? 'u' : ''}${last.id}` : null,
      };
    },

    resolve(whose: Resolver, id: number, { happened, by }: Finding): RecordedWrite | undefined {
      const row = byId.get(id) as StoredWrite | undefined;
      if (!row || !isOf(row, whose)) return undefined;
      if (stateOf(row) !== 'unknown') return seen(row);
      const state = happened ? 'succeeded' : 'not_sent';
      resolution.run(state, by, clock.wall(), ran, bytesOf(by), freesKey(state), id);
      return seen(byId.get(id) as StoredWrite);
    },

    /** Removes some of the rows that are too old. @returns how many. */
    clean(most: number): number {
      const cutoff = runningTime.cutoff(ran, keptMs + ageMarginMs);
      const { changes } = clean.run(cutoff, most);
      cleanImports.run(cutoff, most);
      if (changes < most) runningTime.forgetBefore(cutoff);
      return Number(changes);
    },

    announce(announcement: Announcement): ImportFacts | { full: 'caller' } {
      const { bytes = 0 } = bytesOfCaller.get(announcement.caller) ?? {};
      if (Number(bytes) + importBytes > mostCallerBytes) return { full: 'caller' };
      return imports.announce(announcement);
    },
    imports,

    name: (): string => String(journalName.get()?.id),
  };
}
