import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { journalFile } from '../../config/journal-files.ts';
import { sqliteBusy, sqliteErrorOf } from '../../files/sqlite.ts';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import type { JournalStore } from '../../journal/journal-store.ts';
import { type JournalClock, journalClock } from '../journal-clock.ts';
import { type JournalMark, markOf } from './check-journal.ts';
import { FilesGone, type WatchedFiles, watchFiles } from './files-in-place.ts';
import { createLedger, type Ledger } from './ledger.ts';
import {
  hasJournal,
  isDamage,
  journalFailureOf,
  type OpenJournal,
  openDatabase,
  whileLocked,
} from './open-database.ts';
import { type HeldLock, isInPlace, type Owner, sameOwner } from './owner.ts';

export type SqliteStoreOptions = {
  directory: string;
  /** Set if this process has checked the journal already, as the owner whose lock another thread holds. */
  checked?: { mark: JournalMark; lock: HeldLock } | undefined;
  clock?: JournalClock | undefined;
  /** Something failed that nobody waits for. @param code as in a `JournalFailure`. */
  onFailure?: ((step: 'clean', code: string) => void) | undefined;
};

type WorkOptions<Result> = {
  /** Whether it must be on the disk before it resolves. */
  durable?: boolean;
  /** Whether to try again for as long as it takes. */
  kept?: boolean;
  /** Called with the result when it has been written, or with the failure. */
  done?(result: Result): void;
  undone?(result: Result): void;
};

/** A part of a transaction, with its waiting caller. */
type Work = Pick<WorkOptions<unknown>, 'durable' | 'kept' | 'undone'> & {
  run(ledger: Ledger): unknown;
  /** Until when to wait for another process's lock, by `performance.now`. */
  until: number;
  succeed(result: unknown): void;
  reject(error: JournalFailure): void;
};

const longestWaitMs = 500;
const betweenTriesMs = 2;
const shortestRestMs = 50;
const longestRestMs = 5_000;
const longestCloseMs = 3_000;
const minuteMs = 60_000;
const rowsOfASlice = 200;

/**
 * A store in SQLite, in the data directory. Calls that wait at the same time share a transaction, and so one wait for the
 * disk. SQLite blocks its thread meanwhile, so the store has its own (`journal-thread.ts`).
 *
 * If it cannot be opened or written for now, each call tries again.
 */
export function createSqliteStore({
  directory,
  checked,
  clock = journalClock,
  onFailure,
}: SqliteStoreOptions): JournalStore {
  const lock = checked?.lock;
  const ownerId = lock?.ownerId ?? randomUUID();
  const underWay = new Set<number>();
  let opened: Opened | undefined;
  /** Whether there is a journal. It may be impossible to open at the start, and gone when that is tried again. */
  let exists = checked !== undefined || hasJournal(directory);
  let mark = checked?.mark;
  let isChecked = checked !== undefined;
  let waiting: Work[] = [];
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;
  let restMs = shortestRestMs;
  /** Whether what is on the disk may not be what is open. */
  let isSuspect = false;
  let isClosed = false;
  let isCleaning = false;

  function use(): Opened {
    if (isClosed) throw new JournalFailure('the journal is closed');
    if (opened && isSuspect) {
      const before = opened;
      // While it stays open, SQLite leaves the files as they are, and somebody may restore them.
      opened = openAgain(before.owner);
      before.database.close();
    }
    isSuspect = false;
    const isOwner = isChecked && lock !== undefined && isInPlace(directory, lock);
    opened ??= openAgain(isOwner ? sameOwner(directory, ownerId) : undefined);
    return opened;
  }

  function openAgain(owner?: Owner): Opened {
    const now = clock.wall();
    const open = openDatabase({ directory, ownerId, lock, owner, isChecked, mayCreate: !exists, now });
    try {
      const ledger = createLedger(open, underWay, clock);
      const found = markOf(open.database);
      if (mark && (mark.journal !== found.journal || found.lastId < mark.lastId)) {
        throw new JournalFault(
          'the journal is another or lacks rows',
          `${join(directory, journalFile)} lacks writes that this process has written into it.`,
        );
      }
      mark ??= found;
      exists = true;
      isChecked = false;
      return { ...open, ledger, files: watchFiles(join(directory, journalFile)) };
    } catch (error) {
      open.database.close();
      if (!owner) open.owner.release();
      throw error;
    }
  }

  /** Throws if the files of the open journal have gone. If somebody else has written to them, they are checked. */
  function lookAfterFiles({ files, owner }: Opened): void {
    files.requireInPlace();
    if (files.haveChanged() && owner.isAlone()) isSuspect = true;
  }

  /** Turns an error into a failure, and closes the database if it is of no use any more. */
  function failureOf(error: unknown): JournalFailure {
    if (isDamage(error)) isSuspect = true;
    if (opened && error instanceof FilesGone) {
      const broken = opened;
      opened = undefined;
      closeJournal(broken);
    }
    return journalFailureOf(error);
  }

  function inTurn<Result>(
    run: (ledger: Ledger) => Result,
    options: WorkOptions<Result> = {},
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const until = performance.now() + longestWaitMs;
    const { durable = false, kept = false, done, undone } = options;
    const succeed = (result: Result) => {
      done?.(result);
      resolve(result);
    };
    waiting.push({ durable, kept, until, run, succeed, undone, reject } as Work);
    writeSoon();
    return promise;
  }

  /** After everything that arrives in this turn of the event loop. */
  function writeSoon(): void {
    soon ??= setImmediate(writeAll);
  }

  function writeAll(): void {
    clearImmediate(soon);
    clearTimeout(later);
    soon = undefined;
    if (waiting.length === 0) return;
    // Outcomes come first, so that a retry with the same key learns the outcome.
    const batch = [...waiting.filter(({ kept }) => kept), ...waiting.filter(({ kept }) => !kept)];
    const durable = batch.some((work) => work.durable);
    const results: unknown[] = [];
    try {
      if (opened) lookAfterFiles(opened);
      const { database, ledger, files } = use();
      database.exec(durable ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL');
      whileLocked(database, () => {
        ledger.begin();
        for (const work of batch) results.push(work.run(ledger));
      });
      // Otherwise the row would be in a file that nobody can find, and the write must not be sent.
      files.requireInPlace();
    } catch (error) {
      for (const [index, result] of results.entries()) batch[index]?.undone?.(result);
      refuse(batch, error);
      return;
    } finally {
      if (!isSuspect) opened?.files.remember();
    }
    waiting = [];
    restMs = shortestRestMs;
    for (const [index, work] of batch.entries()) work.succeed(results[index]);
  }

  function refuse(batch: readonly Work[], error: unknown): void {
    const failure = failureOf(error);
    const now = performance.now();
    const isLocked = sqliteErrorOf(error) === sqliteBusy;
    const isPatient = (work: Work) => isLocked && now < work.until;
    for (const work of batch) if (!isPatient(work)) work.reject(failure);
    waiting = batch.filter((work) => work.kept || isPatient(work));
    if (waiting.length === 0) return;
    later = setTimeout(writeAll, waiting.some(isPatient) ? betweenTriesMs : restMs);
    // Checking for a lock is cheap. Everything else may read the whole database.
    restMs = isLocked ? shortestRestMs : Math.min(2 * restMs, longestRestMs);
  }

  async function read<Result>(run: (ledger: Ledger) => Result): Promise<Result> {
    try {
      return run((opened ?? use()).ledger);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async function clean(): Promise<void> {
    if (isCleaning) return;
    isCleaning = true;
    try {
      // In slices, so that others get their turn in between.
      while ((await inTurn((ledger) => ledger.clean(rowsOfASlice))) === rowsOfASlice);
    } catch (error) {
      if (error instanceof JournalFailure && !isClosed) onFailure?.('clean', error.code);
    } finally {
      isCleaning = false;
    }
  }
  const cleaning = setInterval(clean, minuteMs);
  cleaning.unref();

  return {
    async open() {
      await inTurn(() => {});
      // Even a BFF that never runs for a full minute removes old rows.
      void clean();
    },
    claim: (intent) =>
      inTurn((ledger) => ledger.claim(intent), {
        durable: true,
        done: (claim) => {
          if (mark && 'id' in claim) mark.lastId = Math.max(mark.lastId, Number(claim.id));
        },
        undone: (claim) => {
          if ('id' in claim) underWay.delete(Number(claim.id));
        },
      }),
    end: (id, ending) =>
      inTurn((ledger) => ledger.end(Number(id), ending), {
        // A power cut may lose an outcome, which leaves `unknown`. So there is no need to wait for the disk.
        kept: true,
        done: () => underWay.delete(Number(id)),
      }),
    activity: (whose, length, before, wanted) => read((ledger) => ledger.page(whose, length, before, wanted)),
    resolve: (whose, id, found) =>
      inTurn((ledger) => ledger.resolve(whose, Number(id), found), { durable: true }),
    announce: (announcement) => inTurn((ledger) => ledger.announce(announcement), { durable: true }),
    imports: (whose, length) => inTurn((ledger) => ledger.imports.list(whose, length)),
    importOf: (whose, id) => inTurn((ledger) => ledger.imports.show(whose, id)),
    stopImport: (whose, id) => inTurn((ledger) => ledger.imports.stop(whose, id), { durable: true }),
    lookUp: (asked) => read((ledger) => ledger.imports.lookUp(asked)),
    name: () => read((ledger) => ledger.name()),
    async close() {
      clearInterval(cleaning);
      const end = performance.now() + longestCloseMs;
      // Record how long it ran.
      if (opened) inTurn(() => {}).catch(() => {});
      while (waiting.length > 0 && performance.now() < end) {
        writeSoon();
        await delay(betweenTriesMs);
      }
      isClosed = true;
      const lost = waiting.filter(({ kept }) => kept).length;
      waiting = [];
      clearTimeout(later);
      if (opened) closeJournal(opened);
      opened = undefined;
      return lost;
    },
  };
}

type Opened = OpenJournal & { ledger: Ledger; files: WatchedFiles };

function closeJournal({ database, owner }: OpenJournal): void {
  database.close();
  owner.release();
}
