import type { ActivityEntry } from '../../shared/activity.ts';
import { BffError } from '../bff-error.ts';
import { errorCodeOf } from '../error-code.ts';
import { JournalFault } from './journal-fault.ts';
import { type Claim, createLedger, type Ending, type Intent, type Ledger } from './ledger.ts';
import type { JournalLines } from './lines.ts';
import { openDatabase } from './open-database.ts';

/** The record of every write, and the ledger by which none is sent twice. */
export type Journal = {
  /** @throws BffError `JOURNAL_UNAVAILABLE`, and then nothing may be sent. */
  claim(intent: Intent): Claim;
  /** Never fails: the answer goes out in any case, and the row stays `unknown`. */
  end(id: number, ending: Ending, requestId: string): void;
  /** A caller's own writes, newest first, from before the one that `before` names. */
  activity(reader: Reader, before?: string): { activity: ActivityEntry[]; next: string | null };
  /** @returns the write as it is then; undefined where the caller has none of that id. */
  resolve(reader: Reader, id: string, happened: boolean): ActivityEntry | undefined;
  /** Waits for the writes that are in flight, but not for ever. */
  settle(): Promise<void>;
  close(): void;
};

export type Reader = { caller: string; environment: string; requestId: string };

export type JournalLog = {
  /** @param failed.code SQLite's or the system's own words, which hold nothing of a row. */
  journalFailed(failed: { step: string; code: string; requestId: string | undefined }): void;
};

const pageLength = 50;
/** As long as the BFF waits for its callers when it ends. */
const longestSettleMs = 20_000;

/**
 * Opens the journal of a data directory. One that cannot be opened or written for now (no space, no permission) is
 * tried again with each write, and nothing but writes has to wait for it.
 * @throws JournalFault when somebody has to look at it first.
 */
export function createJournal(options: {
  directory: string;
  log: JournalLog;
  lines?: JournalLines | undefined;
  /** For tests. */
  now?: () => number;
}): Journal {
  const { directory, log, lines, now } = options;
  const open = () => createLedger(openDatabase(directory), now);
  const inFlight = new Map<number, PromiseWithResolvers<void>>();
  let ledger: Ledger | undefined;

  function use<Result>(step: string, requestId: string | undefined, run: (ledger: Ledger) => Result): Result {
    try {
      ledger ??= open();
      return run(ledger);
    } catch (error) {
      log.journalFailed({ step, code: codeOf(error), requestId });
      throw BffError.of(
        'JOURNAL_UNAVAILABLE',
        'The BFF cannot use its journal, without which no write could be kept from being sent twice. Whoever runs it looks at its data directory (BFF_DATA_DIR); its log says more, under this request id.',
        { cause: error },
      );
    }
  }

  try {
    ledger = open();
  } catch (error) {
    if (error instanceof JournalFault) throw error;
    log.journalFailed({ step: 'open', code: codeOf(error), requestId: undefined });
  }

  return {
    claim(intent) {
      const claim = use('intent', intent.requestId, (opened) => opened.claim(intent));
      if ('id' in claim) {
        inFlight.set(claim.id, Promise.withResolvers());
        lines?.intent(String(claim.id), intent);
      }
      return claim;
    },
    end(id, ending, requestId) {
      try {
        use('outcome', requestId, (opened) => opened.end(id, ending));
      } catch {
        // The log has it.
      }
      lines?.outcome(String(id), ending);
      inFlight.get(id)?.resolve();
      inFlight.delete(id);
    },
    activity({ caller, environment, requestId }, before) {
      const from = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
      const rows = use('read', requestId, (opened) => opened.page(caller, environment, from, pageLength + 1));
      const activity = rows.slice(0, pageLength);
      return { activity, next: rows.length > pageLength ? (activity.at(-1)?.id ?? null) : null };
    },
    resolve: ({ caller, environment, requestId }, id, happened) =>
      use('resolve', requestId, (opened) => opened.resolve(caller, environment, Number(id), happened)),
    async settle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, longestSettleMs);
      await Promise.race([promise, Promise.all([...inFlight.values()].map((each) => each.promise))]);
      clearTimeout(limit);
    },
    close: () => ledger?.close(),
  };
}

/** SQLite's own words for its error numbers are constants. */
function codeOf(error: unknown): string {
  if (error instanceof JournalFault) return 'damaged';
  if (error instanceof Error && 'errstr' in error) return String(error.errstr);
  return errorCodeOf(error);
}
