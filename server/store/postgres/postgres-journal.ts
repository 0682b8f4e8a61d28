import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../../error-code.ts';
import { createDigests } from '../../journal/digests.ts';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import type { Claim, Ending, Intent, JournalStore } from '../../journal/journal-store.ts';
import { ageMarginMs, importBytes, keptMs, mostCallerBytes } from '../../journal/kept.ts';
import type { JournalClock } from '../journal-clock.ts';
import { claimIn, prepareClaim } from './claim.ts';
import { CommitUnknown, type Database, DatabaseFailure, type Query } from './database.ts';
import { type At, announceImport, lookUpWrites, showImports, stopImport } from './import-rows.ts';
import { anotherJournal, journalIn, type KnownJournal, nameJournal } from './journal-identity.ts';
import { createLease, usualLeaseMs } from './lease.ts';
import { checkSchema } from './migrate.ts';
import { createRunningTime } from './running-time.ts';
import { createTurns } from './take-turns.ts';
import { within } from './within.ts';
import { bytesOfCaller, endWrite, isCommitting, pageOfWrites, resolveWrite } from './write-rows.ts';

export type PostgresJournalOptions = {
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

/** A write that this process sends. */
type UnderWay = {
  owner: string;
  bytes: number;
  keyLock: bigint | undefined;
  ending?: Promise<void>;
  /** The transaction of its claim, if nobody knows whether it was committed. */
  committing?: string;
};

const unsent: Ending = { state: 'not_sent', code: 'JOURNAL_UNAVAILABLE' };
const longestMs = 1_000;
/** A start asks several questions, one after another, and tells the answers in words. */
const longestOpenMs = 10_000;
const minuteMs = 60_000;
/** PostgreSQL's code for a write that it refuses as a standby does. */
const readOnly = '25006';
const rowsOfASlice = 200;
const shortestRestMs = 50;
const longestRestMs = 5_000;
const longestCloseMs = 3_000;
/** For how long a row is there for sure, to see whether the journal is still the same. */
const certainlyKeptMs = keptMs - ageMarginMs;

/** A standby answers questions, and writes nothing. */
async function checkWritable(query: Query): Promise<void> {
  const [row] = await query<{ is: boolean }>(
    "SELECT current_setting('transaction_read_only')::boolean AS is",
  );
  if (row?.is !== false) throw new DatabaseFailure(readOnly);
}

/** The journal in a database that many BFFs share. Each claim is one transaction. */
export function createPostgresJournal(options: PostgresJournalOptions): JournalStore {
  const { database, known, leaseMs = usualLeaseMs, onFailure } = options;
  const digests = createDigests(options.secret);
  const lease = createLease(database.query, leaseMs, lookAfterJournal);
  const clock = options.clock ?? { wall: lease.wall, running: () => Math.floor(performance.now()) };
  const time = createRunningTime(clock);
  const at = (): At => ({ now: clock.wall(), ran: time.now() });
  const takeTurn = createTurns();
  const underWay = new Map<number, UnderWay>();
  /** Outcomes that could not be recorded yet. */
  const kept = new Map<number, Ending>();
  /** What the database must still contain. */
  let mark: { journal: string; lastId: number; at: number } | undefined;
  /** Set once the journal is no longer the one that this process has written to. */
  let fault: JournalFault | undefined;
  let isOpen = false;
  let opening: Promise<void> | undefined;
  let isClosed = false;
  let restMs = shortestRestMs;
  let later: NodeJS.Timeout | undefined;
  let housekeeping: Promise<void> | undefined;

  /**
   * Runs something, and turns its failure into one of the journal's. However many statements that takes, nobody waits for
   * longer than a second. @param tooLate is told what came of it all the same.
   */
  async function use<Result>(
    run: () => Promise<Result>,
    { most = longestMs, tooLate }: { most?: number; tooLate?: (result: Result) => void } = {},
  ): Promise<Result> {
    if (isClosed) throw new JournalFailure('the journal is closed');
    if (fault) throw fault;
    let isLate = false;
    const running = isOpen ? run() : openOnce().then(run);
    running.then(
      (result) => isLate && tooLate?.(result),
      () => {},
    );
    try {
      return await within(running, most);
    } catch (error) {
      isLate = true;
      throw failureOf(error);
    }
  }

  function failureOf(error: unknown): unknown {
    if (error instanceof JournalFault && mark) fault = error;
    return error instanceof DatabaseFailure
      ? new JournalFailure(error.code, error.code, { cause: error })
      : error;
  }

  /** A start waits for a slow database, rather than leave all the first questions to the first write, which has a second. */
  async function patiently(run: (most: number) => Promise<void>): Promise<void> {
    const end = performance.now() + longestOpenMs;
    for (;;) {
      try {
        return await run(end - performance.now());
      } catch (error) {
        const isSlow = error instanceof JournalFailure && error.code === 'TIMEOUT';
        if (!isSlow || isOpen || isClosed || performance.now() + longestMs > end) throw error;
      }
    }
  }

  function openOnce(): Promise<void> {
    opening ??= openNow().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function openNow(): Promise<void> {
    await checkSchema(database.query);
    await lease.renew();
    const journal = await nameIn(database.query);
    if (mark && mark.journal !== journal) throw anotherJournal();
    mark ??= { journal, lastId: 0, at: 0 };
    remember(journal);
    await database.transaction((query) => time.count(query, lease.owner(), keptMs + ageMarginMs));
    isOpen = true;
  }

  /** The journal's name. The first BFF gives it. */
  async function nameIn(query: Query): Promise<string> {
    const found = await journalIn(query, digests, known);
    if (found !== undefined) return found;
    if (!mark) await nameJournal(query, digests, clock.wall());
    const named = await journalIn(query, digests, known);
    if (named === undefined) throw anotherJournal();
    return named;
  }

  /** So that this BFF knows it again after a restart. */
  function remember(journal: string): void {
    if (!known || !options.onUnremembered) return;
    try {
      if (known.name() !== journal) known.keep(journal);
    } catch (error) {
      options.onUnremembered(errorCodeOf(error));
    }
  }

  /** After each renewal of the lease: whether what this process wrote is still there. */
  async function lookAfterJournal(): Promise<void> {
    if (!isOpen || !mark) return;
    const isExpected = clock.running() - mark.at < certainlyKeptMs;
    const [found] = await database.query<{ id: string; has: boolean }>(
      `SELECT id, $1 = 0 OR EXISTS (SELECT FROM pearsana_bff.writes WHERE writes.id = $1) AS has
         FROM pearsana_bff.journal`,
      [isExpected ? mark.lastId : 0],
    );
    if (found?.id !== mark.journal || !found.has) fault = anotherJournal();
  }

  async function claim(intent: Intent): Promise<Claim> {
    const prepared = prepareClaim(intent, digests);
    // Whoever asks right after an outcome is told that outcome.
    const endings = [...underWay.values()].filter(
      ({ keyLock, ending }) => ending && keyLock !== undefined && keyLock === prepared.keyLock,
    );
    await Promise.allSettled(endings.map(({ ending }) => ending));
    if (!lease.holds(lease.owner())) await lease.renew();
    if (fault) throw fault;
    const owner = lease.owner();
    const journal = mark?.journal ?? '';
    let claimed: Awaited<ReturnType<typeof claimIn>> | undefined;
    const { bytes, keyLock } = prepared;
    try {
      claimed = await takeTurn(prepared.turn, () =>
        database.transaction(async (query) => {
          claimed = await claimIn(query, prepared, { ...at(), owner, journal });
          return claimed;
        }, prepared.locks),
      );
    } catch (error) {
      // It may be there all the same. Nothing is sent, and that is recorded as soon as possible.
      if (error instanceof CommitUnknown && claimed && 'id' in claimed) {
        underWay.set(claimed.id, { owner, bytes, keyLock, committing: claimed.transaction });
        keep(claimed.id, unsent);
      }
      throw error;
    }
    if (!('id' in claimed)) return claimed;
    const { id } = claimed;
    underWay.set(id, { owner, bytes, keyLock });
    if (mark) mark = { ...mark, lastId: Math.max(mark.lastId, id), at: clock.running() };
    return { id: String(id) };
  }

  async function endNow(id: number, ending: Ending): Promise<void> {
    const write = underWay.get(id);
    if (!write) return;
    if (write.committing !== undefined && (await isCommitting(database.query, write.committing)))
      throw new DatabaseFailure('COMMITTING');
    await endWrite(database.query, id, ending, { ...write, ...at() });
    underWay.delete(id);
    kept.delete(id);
  }

  function keep(id: number, ending: Ending): void {
    kept.set(id, ending);
    later ??= setTimeout(endKept, restMs).unref();
  }

  /** Records what could not be recorded at once, one after another: the first failure speaks for all. */
  async function endKept(): Promise<void> {
    later = undefined;
    try {
      for (const [id, ending] of kept) await endNow(id, ending);
      restMs = shortestRestMs;
    } catch {
      restMs = Math.min(2 * restMs, longestRestMs);
    }
    if (kept.size > 0 && !isClosed) later ??= setTimeout(endKept, restMs).unref();
  }

  function keepHouse(): Promise<void> {
    housekeeping ??= countAndClean().finally(() => {
      housekeeping = undefined;
    });
    return housekeeping;
  }

  async function countAndClean(): Promise<void> {
    try {
      const cutoff = await use(() =>
        database.transaction((query) => time.count(query, lease.owner(), keptMs + ageMarginMs)),
      );
      // In slices, so that nobody waits for long.
      while ((await cleanSlice(cutoff)) === rowsOfASlice);
      await database.transaction((query) => time.forgetBefore(query, cutoff));
    } catch (error) {
      const failure = failureOf(error);
      if (failure instanceof JournalFailure && !isClosed) onFailure?.('clean', failure.code);
    }
  }

  async function cleanSlice(cutoff: number): Promise<number> {
    const gone = await database.query(
      `DELETE FROM pearsana_bff.writes WHERE id IN (SELECT id FROM pearsana_bff.writes
         WHERE state <> 'unknown' AND kept_from <= $1 ORDER BY kept_from LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [cutoff, rowsOfASlice],
    );
    await database.query(
      `DELETE FROM pearsana_bff.imports WHERE number IN
         (SELECT number FROM pearsana_bff.imports WHERE last_ran <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [cutoff, rowsOfASlice],
    );
    await database.query(
      `DELETE FROM pearsana_bff.instances WHERE lease_until < clock_timestamp() - interval '1 day'`,
    );
    return gone.length;
  }
  const cleaning = setInterval(keepHouse, minuteMs);
  cleaning.unref();

  return {
    async open() {
      await patiently((most) =>
        use(
          async () => {
            if (!lease.holds(lease.owner())) await lease.renew();
            else await checkWritable(database.query);
            if (fault) throw fault;
          },
          { most },
        ),
      );
      // What was due by now is done.
      await housekeeping;
    },
    claim: (intent) =>
      use(() => claim(intent), {
        // Its caller was told that nothing was sent.
        tooLate: (claimed) => {
          if ('id' in claimed) keep(Number(claimed.id), unsent);
        },
      }),
    async end(id, ending) {
      const number = Number(id);
      const ended = use(() => endNow(number, ending));
      const write = underWay.get(number);
      if (write) write.ending = ended;
      try {
        await ended;
      } catch (error) {
        if (write) keep(number, ending);
        throw error;
      }
    },
    mayBeSent: (id) => {
      const write = underWay.get(Number(id));
      return fault === undefined && write !== undefined && lease.holds(write.owner);
    },
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
    name: () =>
      use(async () => {
        const journal = await nameIn(database.query);
        if (mark && journal !== mark.journal) throw anotherJournal();
        return journal;
      }),
    async close() {
      clearInterval(cleaning);
      const end = performance.now() + longestCloseMs;
      clearTimeout(later);
      while (kept.size > 0 && performance.now() < end) {
        await endKept();
        if (kept.size > 0) await delay(Math.min(restMs, 100));
      }
      isClosed = true;
      clearTimeout(later);
      await housekeeping;
      if (isOpen) {
        await database
          .transaction((query) => time.count(query, lease.owner(), keptMs + ageMarginMs))
          .catch(() => {});
        await lease.release().catch(() => {});
      }
      return kept.size;
    },
  };
}
