import type { ActivityEntry, WriteState } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { OperationName, PartnerFacts } from '../../shared/operations.ts';
import { withoutKeys } from '../callers/key-format.ts';
import { type OpenJournal, whileLocked } from './open-database.ts';
import type { Remembered } from './remembered.ts';
import { entryOf, partnerOf, type StoredWrite } from './stored-write.ts';

/** A write that somebody asks for: who, where, what, and about whom. */
export type Intent = Remembered & {
  /** Ours; the partner is sent it too. */
  requestId: string;
  caller: string;
  environment: string;
  operation: OperationName;
  /** Only a digest of it is kept. */
  idempotencyKey: string | undefined;
};

/** How a write ended, and what may be kept of its answer. */
export type Ending = {
  state: 'succeeded' | Outcome;
  code?: string | undefined;
  partner?: PartnerFacts | undefined;
  result?: unknown;
};

/** What the ledger says to an intent: that it is to be sent, under this number; or that its key belongs to an earlier write. */
export type Claim = { id: number } | EarlierClaim;
export type EarlierClaim = { earlier: ActivityEntry; partner: PartnerFacts | null; sameRequest: boolean };

export type Ledger = ReturnType<typeof createLedger>;

const dayMs = 24 * 60 * 60 * 1000;
const keptMs = 30 * dayMs;
const keyHonouredMs = dayMs;
const cleaningMs = 60 * 60 * 1000;

/** One row a write, and at most one write a key. Every function may fail with SQLite's error. */
export function createLedger({ database, digests, owner }: OpenJournal, now: () => number = Date.now) {
  /** Those that this process is sending. */
  const underWay = new Set<number>();
  let cleanedAt = Number.NEGATIVE_INFINITY;

  const freeOldKey = database.prepare(
    `UPDATE writes SET key = NULL WHERE caller = ? AND environment = ? AND operation = ? AND key = ?
       AND state = 'succeeded' AND resolved_by IS NULL AND ended_at <= ?`,
  );
  const byKey = database.prepare(
    'SELECT * FROM writes WHERE caller = ? AND environment = ? AND operation = ? AND key = ?',
  );
  const insert = database.prepare(
    `INSERT INTO writes (started_at, caller, environment, operation, request_id, external_references, key, fingerprint, owner)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE writes SET state = ?, ended_at = ?, code = ?, partner = ?, result = ?, owner = NULL,
       key = CASE WHEN ? THEN NULL ELSE key END WHERE id = ? AND owner = ?`,
  );
  const page = database.prepare(
    'SELECT * FROM writes WHERE caller = ? AND environment = ? AND id < ? ORDER BY id DESC LIMIT ?',
  );
  const own = database.prepare('SELECT * FROM writes WHERE caller = ? AND environment = ? AND id = ?');
  const resolution = database.prepare(
    `UPDATE writes SET state = ?, owner = NULL, resolved_by = ?, resolved_at = ?,
       key = CASE WHEN ? THEN NULL ELSE key END WHERE id = ?`,
  );
  const clean = database.prepare('DELETE FROM writes WHERE started_at <= ?');

  function stateOf(row: StoredWrite): WriteState {
    if (row.state !== 'unknown' || row.owner === null) return row.state;
    const isUnderWay = row.owner === owner.id ? underWay.has(row.id) : owner.isAlive(row.owner);
    return isUnderWay ? 'in_flight' : 'unknown';
  }

  const seen = (row: StoredWrite): ActivityEntry => entryOf(row, stateOf(row));

  function cleanNowAndThen(): void {
    if (now() - cleanedAt < cleaningMs) return;
    clean.run(now() - keptMs);
    cleanedAt = now();
  }

  return {
    /** Takes the key and writes the intent down, in one step: whoever else has the same key comes before or after. */
    claim(intent: Intent): Claim {
      const { caller, environment, operation, requestId, idempotencyKey } = intent;
      const fingerprint = digests.ofRequest(intent.digest);
      const key = idempotencyKey === undefined ? null : digests.ofKey(idempotencyKey);
      // Onto the disk before anything is sent: after a power cut too, no write is sent that is not in the journal.
      database.exec('PRAGMA synchronous = FULL');
      const claim = whileLocked(database, (): Claim => {
        cleanNowAndThen();
        if (key !== null) {
          freeOldKey.run(caller, environment, operation, key, now() - keyHonouredMs);
          const earlier = byKey.get(caller, environment, operation, key) as StoredWrite | undefined;
          if (earlier) {
            const sameRequest = fingerprint.equals(earlier.fingerprint);
            return { earlier: seen(earlier), partner: partnerOf(earlier), sameRequest };
          }
        }
        // A reference is the caller's own text, and whoever pastes an access key into it must not find it here.
        const references = withoutKeys(JSON.stringify(intent.references));
        const { lastInsertRowid } = insert.run(
          ...([now(), caller, environment, operation, requestId, references] as const),
          ...([key, fingerprint, owner.id] as const),
        );
        return { id: Number(lastInsertRowid) };
      });
      if ('id' in claim) underWay.add(claim.id);
      return claim;
    },

    /** Writes the outcome down. Where that fails, the row stays as it was born. */
    end(id: number, { state, code = undefined, partner, result }: Ending): void {
      underWay.delete(id);
      // A power cut may take an outcome away, which leaves `unknown`: the disk need not be waited for.
      database.exec('PRAGMA synchronous = NORMAL');
      update.run(
        ...([state, now(), code ?? null, json(partner), json(result)] as const),
        ...([freesKey(state), id, owner.id] as const),
      );
    },

    /** A caller's own rows, newest first. */
    page(caller: string, environment: string, before: number, limit: number): ActivityEntry[] {
      const rows = page.all(caller, environment, before, limit) as unknown as StoredWrite[];
      return rows.map(seen);
    },

    /**
     * Notes what a person found out of a write whose outcome is unknown; of any other it changes nothing. One that
     * happened keeps its key for good; one that did not frees it. @returns the row as it is then, if there is one.
     */
    resolve(caller: string, environment: string, id: number, happened: boolean): ActivityEntry | undefined {
      return whileLocked(database, () => {
        const row = own.get(caller, environment, id) as StoredWrite | undefined;
        if (row && stateOf(row) === 'unknown') {
          const state = happened ? 'succeeded' : 'not_sent';
          resolution.run(state, caller, now(), freesKey(state), id);
        }
        const after = own.get(caller, environment, id) as StoredWrite | undefined;
        return after && seen(after);
      });
    },

    /** May be called again. */
    close(): void {
      if (!database.isOpen) return;
      database.close();
      owner.release();
    },
  };
}

/** Nothing happened, so the cause may be mended and the same thing sent again. */
function freesKey(state: Ending['state']): 0 | 1 {
  return state === 'not_sent' || state === 'refused' ? 1 : 0;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
