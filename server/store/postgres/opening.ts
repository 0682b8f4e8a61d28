import { JournalFailure } from '../../journal/journal-fault.ts';
import { type Database, DatabaseFailure, type Query } from './database.ts';
import type { JournalMark } from './journal-mark.ts';
import type { Lease } from './lease.ts';
import { checkSchema } from './migrate.ts';
import { within } from './within.ts';

const longestMs = 1_000;
/** A start asks several questions, one after another, and tells the answers in words. */
const longestOpenMs = 10_000;
/** PostgreSQL's code for a write that it refuses as a standby does. */
const readOnly = '25006';

/**
 * Runs something with the open journal, and turns its failure into one of the journal's. However many statements that takes,
 * nobody waits for longer than a second. @param tooLate is told what came of it all the same.
 */
export type UseJournal = <Result>(
  run: () => Promise<Result>,
  options?: { most?: number; tooLate?: (result: Result) => void },
) => Promise<Result>;

/** The journal is opened by whoever uses it first, and again by the next one if that failed. */
export type Opening = {
  use: UseJournal;
  /**
   * Sees whether this instance could write now. A start waits for a slow database, rather than leave all the first questions to
   * the first write, which has a second. @throws JournalFailure
   */
  open(): Promise<void>;
  isOpen(): boolean;
  /** From then on, nobody can use it. */
  close(): void;
  isClosed(): boolean;
  /** Any error of the database as one of the journal's. */
  failureOf(error: unknown): unknown;
};

export function createOpening(
  database: Database,
  {
    lease,
    mark,
    wall,
    count,
  }: { lease: Lease; mark: JournalMark; wall(): number; count(): Promise<unknown> },
): Opening {
  let isOpen = false;
  let isClosed = false;
  let opening: Promise<void> | undefined;

  const use: UseJournal = async (run, { most = longestMs, tooLate } = {}) => {
    if (isClosed) throw new JournalFailure('the journal is closed');
    mark.requireSound();
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
  };

  function failureOf(error: unknown): unknown {
    mark.noteFailure(error);
    return error instanceof DatabaseFailure
      ? new JournalFailure(error.code, error.code, { cause: error })
      : error;
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
    await mark.use(wall());
    await count();
    isOpen = true;
  }

  async function requireWritable(): Promise<void> {
    if (!lease.holds(lease.owner())) await lease.renew();
    else await checkWritable(database.query);
    mark.requireSound();
  }

  return {
    use,
    async open() {
      const end = performance.now() + longestOpenMs;
      for (;;) {
        try {
          return await use(requireWritable, { most: end - performance.now() });
        } catch (error) {
          const isSlow = error instanceof JournalFailure && error.code === 'TIMEOUT';
          if (!isSlow || isOpen || isClosed || performance.now() + longestMs > end) throw error;
        }
      }
    },
    isOpen: () => isOpen,
    close() {
      isClosed = true;
    },
    isClosed: () => isClosed,
    failureOf,
  };
}

/** A standby answers questions, and writes nothing. */
async function checkWritable(query: Query): Promise<void> {
  const [row] = await query<{ is: boolean }>(
    "SELECT current_setting('transaction_read_only')::boolean AS is",
  );
  if (row?.is !== false) throw new DatabaseFailure(readOnly);
}
