import type { ActivityEntry } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { PartnerFacts } from '../../shared/operations.ts';
import type { Remembered } from './remembered.ts';

/**
 * Keeps the journal's rows: one row for each write, and at most one write for each key. The promises of a store are written
 * as tests (`test/server/journal/store-suite.ts`), which every store must pass.
 *
 * All parameters and results can be copied, so that a store may run in another thread or on another machine. Every function
 * may reject with a `JournalFailure`, and then nothing has happened.
 */
export type JournalStore = {
  /** Optional: finds out at the start whether the store can be used. @throws JournalFault if an administrator has to look. */
  open(): Promise<void>;
  /**
   * Takes the key and records the intent, in one step, so that of two requests with the same key only one gets it. The row
   * is on the disk before this resolves.
   */
  claim(intent: Intent): Promise<Claim>;
  /**
   * Records the outcome of a write. If that is not possible at once, it rejects, but keeps the outcome and records it as
   * soon as possible, at the latest when it closes.
   */
  end(id: string, ending: Ending): Promise<void>;
  /**
   * One page of writes, newest first, after the end of the previous page. In everybody's activity, writes with an unknown
   * outcome come first.
   */
  activity(whose: Whose, length: number, before?: string): Promise<ActivityPage>;
  /**
   * Records what a person found out about a write with an unknown outcome. Other writes are not changed. If the write
   * happened, it keeps its key; if not, the key is free again. @returns the row afterwards, if there is one.
   */
  resolve(whose: Whose, id: string, found: Finding): Promise<KnownWrite | undefined>;
  /** Records the outcomes that it has kept, but gives up after a while. @returns how many outcomes were lost. */
  close(): Promise<number>;
};

/** A write that somebody wants: who, where, what, and about whom. */
export type Intent = Remembered & {
  /** Our request id, which Pearsana receives too. */
  requestId: string;
  caller: string;
  environment: string;
  /** The name of its row in the table. */
  operation: string;
  /** The caller's key. Only its digest is kept. */
  idempotencyKey: string | undefined;
};

/** How a write ended, and what may be kept of its answer. */
export type Ending = {
  state: 'succeeded' | Outcome;
  code?: string | null | undefined;
  partner?: PartnerFacts | undefined;
  result?: unknown;
};

/**
 * The store's answer to an intent: send it, under this number; or its key belongs to an earlier write; or the caller has
 * reached the limit of what is kept for one caller.
 */
export type Claim = { id: string } | EarlierClaim | { full: 'caller' };
export type EarlierClaim = { earlier: ActivityEntry; partner: PartnerFacts | null; sameRequest: boolean };

/** Whose writes, and where. A field that is left out means everybody, or every environment. */
export type Whose = { caller?: string | undefined; environment?: string | undefined };
export type KnownWrite = ActivityEntry & { environment: string };
export type ActivityPage = { writes: KnownWrite[]; next: string | null };
export type Finding = { happened: boolean; by: string };
