import { createDigests } from '../../journal/digests.ts';
import type { JournalStore } from '../../journal/journal-store.ts';
import { ageMarginMs, importBytes, keptMs, mostCallerBytes } from '../../journal/kept.ts';
import { type JournalClock, journalClock } from '../journal-clock.ts';
import type { Database } from './database.ts';
import { createHousekeeping } from './housekeeping.ts';
import { type At, announceImport, lookUpWrites, showImports, stopImport } from './import-rows.ts';
import { createJournalMark } from './journal-mark.ts';
import type { KnownJournal } from './known-journal.ts';
import { createLease, usualLeaseMs } from './lease.ts';
import { createOpening } from './opening.ts';
import { createRunningTime } from './running-time.ts';
import { bytesOfCaller, pageOfWrites, resolveWrite } from './write-rows.ts';
import { createWritesUnderWay } from './writes-under-way.ts';

type PostgresJournalOptions = {
  database: Database;
  /** The secret of the digests, which is in no database. */
  secret: Uint8Array;
  clock?: JournalClock | undefined;
  leaseMs?: number | undefined;
  /** Which journal this BFF has used. */
  known?: KnownJournal | undefined;
  /** Which journal is used now could not be kept there. A command, which keeps nothing, leaves this out. */
  onUnremembered?: ((code: string) => void) | undefined;
  /** Something failed that nobody waits for. @param code as in a `JournalFailure`. */
  onFailure?: ((step: 'clean', code: string) => void) | undefined;
};

/** The journal in a database that many BFFs share. Each claim is one transaction. */
export function createPostgresJournal(options: PostgresJournalOptions): JournalStore {
  const { database, known, leaseMs = usualLeaseMs, onUnremembered, onFailure } = options;
  const digests = createDigests(options.secret);
  const { running } = options.clock ?? journalClock;
  const mark = createJournalMark({ query: database.query, digests, running, known, onUnremembered });
  const lease = createLease(database.query, leaseMs, mark.look);
  const clock = options.clock ?? { wall: lease.wall, running };
  const time = createRunningTime(clock);
  const at = (): At => ({ now: clock.wall(), ran: time.now() });
  const count = () => database.transaction((query) => time.count(query, lease.owner(), keptMs + ageMarginMs));
  const opening = createOpening(database, { lease, mark, wall: clock.wall, count });
  const { use } = opening;
  const writes = createWritesUnderWay({ database, digests, lease, mark, use, at });
  const housekeeping = createHousekeeping(database, { opening, time, count, onFailure });

  return {
    async open() {
      await opening.open();
      await housekeeping.done();
    },
    claim: writes.claim,
    end: writes.end,
    mayBeSent: writes.mayBeSent,
    activity: (whose, length, before, wanted) =>
      use(() => pageOfWrites(database.query, digests, whose, { length, before, wanted })),
    resolve: (whose, id, found) =>
      use(() =>
        database.transaction((query) => resolveWrite(query, whose, Number(id), { ...found, ...at() })),
      ),
    announce: (announcement) =>
      use(() =>
        database.transaction(async (query) => {
          const [row] = await query<{ kept: number }>(`SELECT ${bytesOfCaller} AS kept`, [
            announcement.caller,
          ]);
          if ((row?.kept ?? 0) + importBytes > mostCallerBytes) return { full: 'caller' as const };
          return announceImport(query, announcement, at());
        }),
      ),
    imports: (whose, length) => use(() => showImports(database.query, whose, { length }, time.now())),
    importOf: (whose, id) =>
      use(async () => (await showImports(database.query, whose, { id, length: 1 }, time.now()))[0]),
    stopImport: (whose, id) => use(() => database.transaction((query) => stopImport(query, whose, id, at()))),
    lookUp: (asked) => use(() => lookUpWrites(database.query, digests, asked)),
    name: () => use(mark.confirm),
    async close() {
      housekeeping.stop();
      await writes.close();
      opening.close();
      await housekeeping.done();
      if (opening.isOpen()) {
        await count().catch(() => {});
        await lease.release().catch(() => {});
      }
      return writes.lost();
    },
  };
}
