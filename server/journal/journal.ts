import type { ActivityEntry } from '../../shared/activity.ts';
import { BffError } from '../bff-error.ts';
import { JournalFailure, JournalFault } from './journal-fault.ts';
import type { JournalLines } from './journal-lines.ts';
import type {
  Announcement,
  Claim,
  Ending,
  ImportFacts,
  Intent,
  JournalStore,
  Lookup,
  RecordedWrite,
  WantedWrites,
  Whose,
} from './journal-store.ts';

/** The record of every write, which keeps writes from being sent twice. */
export type Journal = {
  /**
   * Resolves when the journal may be relied on. If the store cannot be used for now (no space, no permission), each call
   * tries again, and only writes have to wait for it. Rejects with a JournalFault if an administrator has to look at it first.
   */
  opened: Promise<void>;
  /** Records an intent, which is on the disk before this resolves. @throws BffError `JOURNAL_UNAVAILABLE`; then nothing may be sent. */
  claim(intent: Intent): Promise<Exclude<Claim, { full: 'caller' }>>;
  /** As the store's. Left out if its claims last as long as the process. */
  mayBeSent?(id: string): boolean;
  /** Records an outcome. It never fails: the answer is sent in any case, and the outcome is kept until it can be recorded. */
  end(id: string, ending: Ending, requestId: string): Promise<void>;
  /** One page of what a reader may see. `before` says where the page begins. */
  activity(
    reader: Reader,
    before?: string,
    wanted?: WantedWrites,
  ): Promise<{ activity: ActivityEntry[]; next: string | null }>;
  /**
   * @param operations those whose writes the reader may resolve, whoever sent them: else a caller who is gone would leave
   * people to whom nobody can write. @returns the write afterwards; undefined if the reader may see no write with that id.
   */
  resolve(
    reader: Reader,
    id: string,
    happened: boolean,
    operations?: readonly string[],
  ): Promise<ActivityEntry | undefined>;
  announce(announcement: Announcement, requestId: string): Promise<ImportFacts>;
  /** The reader's imports, newest first; everybody's to whoever may see these. */
  imports(reader: Reader): Promise<ImportFacts[]>;
  importOf(reader: Reader, id: string): Promise<ImportFacts | undefined>;
  stopImport(reader: Reader, id: string): Promise<ImportFacts | undefined>;
  lookUp(reader: Reader, asked: Lookup): Promise<(RecordedWrite | null)[]>;
  /** Names the journal, as in `jrn_…`: another one means another data directory. */
  name(requestId: string): Promise<string>;
  /** How many writes nobody has resolved, by environment; at most a thousand in all. */
  unresolved(): Promise<Map<string, number>>;
  /** Whether it could be used the last time that it was asked for something. A read alone does not show that it can write. */
  isUsable(): boolean;
  /** Waits for the writes in flight, up to a limit. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** Who reads, and whether they see their own writes in an environment or everybody's. */
export type Reader = { caller: string; environment: string; everybody: boolean; requestId: string };

export type JournalLog = {
  /** @param failed.code words of SQLite, of the system or of ours, which contain nothing from a row. */
  journalFailed(failed: { step: JournalStep; code: string; requestId: string | undefined }): void;
  /** @param count how many outcomes could not be recorded before the end. */
  outcomesLost(count: number): void;
};
type JournalStep = 'open' | 'intent' | 'outcome' | 'read' | 'resolve' | 'clean';

const pageLength = 50;
/** More unresolved writes than this need no exact number. */
const mostCounted = 1_000;
/** How often the store is tried for somebody who asks whether it can be used. */
const tryAgainMs = 1_000;
/** As long as the BFF waits for its callers when it stops. */
const longestSettleMs = 20_000;

/** The journal on a store, which it opens. */
export function createJournal(options: {
  store: JournalStore;
  log: JournalLog;
  lines?: JournalLines | undefined;
  /** Where its administrator should look if it fails. */
  where: string;
}): Journal {
  const { store, log, lines, where } = options;
  /** Writes that have begun and not ended. */
  const underWay = new Set<Promise<void>>();
  const inFlight = new Map<string, () => void>();
  let usable = true;
  let triedUntil = 0;

  async function use<Result>(step: JournalStep, requestId: string, asked: Promise<Result>): Promise<Result> {
    try {
      const result = await asked;
      // What can be read may still be read-only.
      if (step !== 'read') usable = true;
      return result;
    } catch (error) {
      usable = false;
      log.journalFailed({ step, code: codeOf(error), requestId });
      throw BffError.of(
        'JOURNAL_UNAVAILABLE',
        `Not sent: the BFF cannot use its journal, which keeps writes from being sent twice. Ask your BFF administrator to check ${where}; the log has more under this request id.`,
        { cause: error },
      );
    }
  }

  /** Counts a write as in progress. @returns the function to call when it has ended. */
  function enter(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.add(promise);
    return () => {
      underWay.delete(promise);
      resolve();
    };
  }

  async function open(): Promise<void> {
    try {
      await store.open();
    } catch (error) {
      if (error instanceof JournalFault) throw error;
      usable = false;
      log.journalFailed({ step: 'open', code: codeOf(error), requestId: undefined });
    }
  }
  const opened = open();
  // Whoever built the journal looks at this only when everything else is built too.
  opened.catch(() => {});

  return {
    opened,
    async claim(intent) {
      const leave = enter();
      try {
        const claim = await use('intent', intent.requestId, store.claim(intent));
        if ('full' in claim) throw tooMuchWritten();
        if (!('id' in claim)) {
          leave();
          return claim;
        }
        inFlight.set(claim.id, leave);
        lines?.intent(claim.id, intent);
        return claim;
      } catch (error) {
        leave();
        throw error;
      }
    },
    ...(store.mayBeSent && { mayBeSent: store.mayBeSent }),
    async end(id, ending, requestId) {
      lines?.outcome(id, ending);
      try {
        await store.end(id, ending);
      } catch (error) {
        log.journalFailed({ step: 'outcome', code: codeOf(error), requestId });
      }
      inFlight.get(id)?.();
      inFlight.delete(id);
    },
    async activity(reader, before, wanted) {
      const page = store.activity(whoseOf(reader), pageLength, before, wanted);
      const { writes, next } = await use('read', reader.requestId, page);
      return { activity: writes.map(withoutEnvironment), next };
    },
    async resolve(reader, id, happened, operations) {
      const found = store.resolve({ ...whoseOf(reader), operations }, id, { happened, by: reader.caller });
      const write = await use('resolve', reader.requestId, found);
      return write && withoutEnvironment(write);
    },
    async announce(announcement, requestId) {
      const announced = await use('intent', requestId, store.announce(announcement));
      if ('full' in announced) throw tooMuchWritten();
      return announced;
    },
    imports: (reader) => use('read', reader.requestId, store.imports(whoseOf(reader), pageLength)),
    importOf: (reader, id) => use('read', reader.requestId, store.importOf(whoseOf(reader), id)),
    stopImport: (reader, id) => use('resolve', reader.requestId, store.stopImport(whoseOf(reader), id)),
    lookUp: (reader, asked) => use('read', reader.requestId, store.lookUp(asked)),
    async unresolved() {
      const { writes } = await store.activity({}, mostCounted, undefined, { state: 'unknown' });
      const byEnvironment = Map.groupBy(writes, ({ environment }) => environment);
      return new Map([...byEnvironment].map(([environment, { length }]) => [environment, length]));
    },
    isUsable() {
      // Nobody may have written for hours, so the store is tried: the next call hears of the result.
      if (performance.now() >= triedUntil) {
        triedUntil = performance.now() + tryAgainMs;
        store.open().then(
          () => {
            usable = true;
          },
          () => {
            usable = false;
          },
        );
      }
      return usable;
    },
    name: (requestId) => use('read', requestId, store.name()),
    async settle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, longestSettleMs);
      await Promise.race([promise, Promise.all(underWay)]);
      clearTimeout(limit);
    },
    async close() {
      const lost = await store.close().catch(() => inFlight.size);
      if (lost > 0) log.outcomesLost(lost);
    },
  };
}

function whoseOf({ caller, environment, everybody }: Reader): Whose {
  return everybody ? { environment } : { caller, environment };
}

/** Dropped from each entry, since the answer names the environment once. */
function withoutEnvironment({ environment, ...entry }: RecordedWrite): ActivityEntry {
  return entry;
}

function tooMuchWritten(): BffError {
  return BffError.of(
    'JOURNAL_UNAVAILABLE',
    'Not sent: your writes of the last 30 days take 100 MB of the BFF’s journal, the most that it keeps for one caller. Other callers are not affected. Wait until your oldest writes are 30 days old, and resolve those whose outcome is unknown.',
  );
}

function codeOf(error: unknown): string {
  return error instanceof JournalFailure ? error.code : 'no code';
}
