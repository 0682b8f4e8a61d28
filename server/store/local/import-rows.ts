import { randomUUID } from 'node:crypto';
import type {
  Announcement,
  ImportFacts,
  ImportRefusal,
  Intent,
  Lookup,
  RecordedWrite,
  Whose,
} from '../../journal/journal-store.ts';
import type { JournalClock } from '../journal-clock.ts';
import { importOf, isStale, paceOf, ranks, type StoredImport } from '../stored-import.ts';
import type { StoredWrite } from '../stored-write.ts';
import type { OpenJournal } from './open-database.ts';

/**
 * Reads and writes imports, and looks up earlier writes by person. Call everything except `list`, `show` and `lookUp`
 * inside a transaction.
 * @param seen gives the present state of a row of `writes`.
 * @param ran the running time of this transaction.
 */
export function createImportRows(
  { database, digests }: OpenJournal,
  clock: JournalClock,
  { seen, ran }: { seen: (row: StoredWrite) => RecordedWrite; ran: () => number },
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
  const due = database.prepare('SELECT due FROM import_paces WHERE caller = ? AND environment = ?');
  const setDue = database.prepare(
    'INSERT INTO import_paces VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due = excluded.due',
  );
  const lastId = database.prepare('SELECT coalesce(max(id), 0) AS id FROM writes');

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
    return importOf(row, counts, ran());
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
  function inTheWay(rows: Iterable<unknown>): { write: RecordedWrite; row: StoredWrite } | undefined {
    let best: { write: RecordedWrite; row: StoredWrite; rank: number } | undefined;
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

    lookUp(asked: Lookup): (RecordedWrite | null)[] {
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
      if (row.stopped_at !== null || isStale(row, ran())) return { import: 'stopped' };
      const found = inTheWay(withoutLifted(writesAbout(intent), row.again_before));
      if (found && ranks[found.write.state] <= ranks.succeeded) {
        return { known: found.write, sameRequest: Buffer.compare(found.row.fingerprint, fingerprint) === 0 };
      }
      if (Number(taken.get(id)?.count) >= row.rows) return { import: 'full' };
      const now = clock.wall();
      const pace = paceOf(Number(due.get(caller, environment)?.due ?? 0), now, perMinute);
      if ('waitMs' in pace) return pace;
      setDue.run(caller, environment, pace.due);
      touch.run(now, ran(), id);
      return undefined;
    },
  };
}

/** Leaves out the writes that succeeded before an import that was announced to send them again. */
function* withoutLifted(rows: Iterable<unknown>, before: number | null): Generator<unknown> {
  for (const row of rows as Iterable<StoredWrite>) {
    if (before === null || row.state !== 'succeeded' || row.id > before) yield row;
  }
}
