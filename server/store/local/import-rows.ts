import { randomUUID } from 'node:crypto';
import type {
  Announcement,
  ImportFacts,
  ImportRefusal,
  Intent,
  KnownWrite,
  Lookup,
  Whose,
} from '../../journal/journal-store.ts';
import type { StoredWrite } from '../stored-write.ts';
import type { OpenJournal } from './open-database.ts';
import type { JournalClock } from './running-time.ts';

/** A row of the table `imports`. */
type StoredImport = {
  id: string;
  caller: string;
  environment: string;
  operation: string;
  rows: number;
  digest: string;
  again_before: number | null;
  started_at: number;
  stopped_at: number | null;
  last_at: number;
  last_ran: number;
};

const dayMs = 24 * 60 * 60 * 1000;
/** How much too early a row may come, since networks deliver rows unevenly. */
const unevennessMs = 2_000;
/** No row has to wait longer. A stored time that is later was written while the clock was wrong. */
const longestWaitMs = 60_000;

export type ImportRows = ReturnType<typeof createImportRows>;

/**
 * Reads and writes imports, and looks up earlier writes by person. Call everything except `list`, `show` and `lookUp`
 * inside a transaction.
 * @param seen gives the present state of a row of `writes`.
 * @param ran the running time of this transaction.
 */
export function createImportRows(
  { database, digests }: OpenJournal,
  clock: JournalClock,
  { seen, ran }: { seen: (row: StoredWrite) => KnownWrite; ran: () => number },
) {
  const byId = database.prepare('SELECT * FROM imports WHERE id = ?');
  const insert = database.prepare(
    `INSERT INTO imports (id, caller, environment, operation, rows, digest, again_before, started_at, last_at, last_ran)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const stop = database.prepare('UPDATE imports SET stopped_at = ? WHERE id = ? AND stopped_at IS NULL');
  const touch = database.prepare('UPDATE imports SET last_at = ?, last_ran = ? WHERE id = ?');
  const writesOf = database.prepare(
    `SELECT state, owner IS NOT NULL AS open, count(*) AS count FROM writes WHERE import_id = ? GROUP BY 1, 2`,
  );
  const openWritesOf = database.prepare("SELECT * FROM writes WHERE import_id = ? AND state = 'unknown'");
  const taken = database.prepare(
    "SELECT count(*) AS count FROM writes WHERE import_id = ? AND state IN ('unknown', 'succeeded')",
  );
  const ofPerson = database.prepare(
    'SELECT writes.* FROM persons JOIN writes ON writes.id = persons.write WHERE persons.digest = ? ORDER BY id DESC',
  );
  const ofDocument = database.prepare(
    "SELECT * FROM writes WHERE operation = 'submitDocument' AND fingerprint = ? AND environment = ? ORDER BY id DESC",
  );
  const pace = database.prepare('SELECT due FROM import_paces WHERE caller = ? AND environment = ?');
  const setPace = database.prepare(
    'INSERT INTO import_paces VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due = excluded.due',
  );
  const lastId = database.prepare('SELECT coalesce(max(id), 0) AS id FROM writes');

  /** Whether no row was sent for 24 hours. */
  const isStale = ({ last_ran }: StoredImport) => ran() - last_ran >= dayMs;

  function told(row: StoredImport): ImportFacts {
    const counts = { succeeded: 0, refused: 0, not_sent: 0, unknown: 0, in_flight: 0 };
    for (const { state, open, count } of writesOf.all(row.id) as {
      state: keyof typeof counts;
      open: 0 | 1;
      count: number;
    }[]) {
      if (state !== 'unknown' || open === 0) counts[state] += count;
    }
    for (const write of openWritesOf.all(row.id) as StoredWrite[])
      if (write.owner !== null) counts[seen(write).state] += 1;
    const isOver = counts.succeeded >= row.rows || isStale(row);
    const endedAt = row.stopped_at ?? (isOver ? row.last_at : null);
    return {
      ...{ id: row.id, caller: row.caller, environment: row.environment, rows: row.rows, digest: row.digest },
      operation: row.operation as ImportFacts['operation'],
      again: row.again_before !== null,
      state: row.stopped_at !== null ? 'stopped' : isOver ? 'finished' : 'open',
      startedAt: new Date(row.started_at).toISOString(),
      endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
      counts,
    };
  }

  function find(id: string, { caller, environment }: Whose): StoredImport | undefined {
    const row = byId.get(id) as StoredImport | undefined;
    const isTheirs =
      row &&
      (caller === undefined || row.caller === caller) &&
      (environment === undefined || row.environment === environment);
    return isTheirs ? row : undefined;
  }

  /** The earlier write that prevents another one, otherwise the newest. The rows must come newest first. */
  function inTheWay(rows: Iterable<unknown>): { write: KnownWrite; row: StoredWrite } | undefined {
    let best: { write: KnownWrite; row: StoredWrite; rank: number } | undefined;
    for (const row of rows as Iterable<StoredWrite>) {
      const write = seen(row);
      const rank = ranks[write.state];
      if (!best || rank < best.rank) best = { write, row, rank };
      if (rank === 0) break;
    }
    return best;
  }

  function* writesAbout({ environment, operation, references, digest }: Intent): Generator<unknown> {
    if (operation === 'submitDocument') yield* ofDocument.iterate(digests.ofRequest(digest), environment);
    else
      for (const reference of references)
        yield* ofPerson.iterate(digests.ofPerson({ environment, operation }, reference));
  }

  return {
    announce({ caller, environment, operation, rows, digest, again }: Announcement): ImportFacts {
      const id = `imp_${randomUUID().replaceAll('-', '')}`;
      const before = again ? Number(lastId.get()?.id) : null;
      const now = clock.wall();
      insert.run(id, caller, environment, operation, rows, digest, before, now, now, ran());
      return told(byId.get(id) as StoredImport);
    },

    list({ caller, environment }: Whose, length: number): ImportFacts[] {
      const rows = database
        .prepare(
          `SELECT * FROM imports WHERE environment = ? ${caller === undefined ? '' : 'AND caller = ?'} ORDER BY rowid DESC LIMIT ?`,
        )
        .all(...[environment ?? '', ...(caller === undefined ? [] : [caller])], length);
      return (rows as StoredImport[]).map(told);
    },

    show(whose: Whose, id: string): ImportFacts | undefined {
      const row = find(id, whose);
      return row && told(row);
    },

    stop(whose: Whose, id: string): ImportFacts | undefined {
      const row = find(id, whose);
      if (row && told(row).state === 'open') stop.run(clock.wall(), id);
      return row && told(byId.get(id) as StoredImport);
    },

    lookUp(asked: Lookup): (KnownWrite | null)[] {
      const { environment, operation } = asked;
      if ('digests' in asked) {
        return asked.digests.map(
          (digest) => inTheWay(ofDocument.iterate(digests.ofRequest(digest), environment))?.write ?? null,
        );
      }
      return asked.references.map(
        (reference) =>
          inTheWay(ofPerson.iterate(digests.ofPerson({ environment, operation }, reference)))?.write ?? null,
      );
    },

    /** Why a row of an import must not be sent now; undefined if it may be sent. In that case the row is counted. */
    refusal(
      intent: Intent,
      { id, perMinute }: NonNullable<Intent['import']>,
      fingerprint: Uint8Array,
    ): ImportRefusal | undefined {
      const { caller, environment, operation } = intent;
      const row = find(id, { caller, environment });
      if (!row) return { import: 'missing' };
      if (row.operation !== operation) return { import: 'mismatch' };
      if (row.stopped_at !== null || isStale(row)) return { import: 'stopped' };
      const found = inTheWay(withoutLifted(writesAbout(intent), row.again_before));
      if (found && ranks[found.write.state] <= ranks.succeeded) {
        return { known: found.write, sameRequest: Buffer.compare(found.row.fingerprint, fingerprint) === 0 };
      }
      if (Number(taken.get(id)?.count) >= row.rows) return { import: 'full' };
      const now = clock.wall();
      const intervalMs = 60_000 / perMinute;
      const stored = Number(pace.get(caller, environment)?.due ?? 0);
      // If the clock was set back, the import must not wait until it reaches the old time again.
      const due = stored - now > longestWaitMs ? now : Math.max(stored, now);
      if (due - now > unevennessMs) return { waitMs: due - now - unevennessMs };
      setPace.run(caller, environment, Math.ceil(due + intervalMs));
      touch.run(now, ran(), id);
      return undefined;
    },
  };
}

/** Of several earlier writes, the one with the lowest rank decides whether another may be sent. */
const ranks: Record<KnownWrite['state'], number> = {
  in_flight: 0,
  unknown: 1,
  succeeded: 2,
  refused: 3,
  not_sent: 3,
};

/** Leaves out the writes that succeeded before an import that was announced to send them again. */
function* withoutLifted(rows: Iterable<unknown>, before: number | null): Generator<unknown> {
  for (const row of rows as Iterable<StoredWrite>) {
    if (before === null || row.state !== 'succeeded' || row.id > before) yield row;
  }
}
