import type { ActivityEntry } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { PartnerFacts } from '../../shared/operations.ts';
import type { Remembered } from './remembered.ts';

/**
 * Where the journal's rows are kept: one row for each write, and at most one write for each key. What a store promises is
 * written as tests (`test/server/journal/store-suite.ts`), which every store must pass.
 *
 * All of it is data that can be copied, so that a store may live in another thread or on another machine. Every function
 * may reject with a `JournalFailure`, and then nothing has happened.
 */
export type JournalStore = {
  /** Optional to call: finds out at the start whether the store can be used. @throws JournalFault when somebody has to look. */
  open(): Promise<void>;
  /**
   * Takes the key and writes the intent down, in one step: whoever else has the same key comes before or after.
   * The row is on the disk before this resolves.
   */
  claim(intent: Intent): Promise<Claim>;
  /**
   * Writes down what became of a write. Where that is not possible at once, it rejects, but keeps the outcome and writes
   * it as soon as it can, at the latest when it closes.
   */
  end(id: string, ending: Ending): Promise<void>;
  /**
   * Writes, newest first, from after where a page before this one ended. Of everybody's, those come first whose outcome
   * nobody knows.
   */
  activity(whose: Whose, length: number, before?: string): Promise<ActivityPage>;
  /**
   * Notes what a person found out of a write whose outcome is unknown; of any other it changes nothing. One that happened
   * keeps its key; one that did not frees it. @returns the row as it is then, if there is one.
   */
  resolve(whose: Whose, id: string, found: Finding): Promise<KnownWrite | undefined>;
  /** Writes what it has kept, but does not try for ever. @returns how many outcomes it had to give up. */
  close(): Promise<number>;
};

/** A write that somebody asks for: who, where, what, and about whom. */
export type Intent = Remembered & {
  /** Ours; the partner is sent it too. */
  requestId: string;
  caller: string;
  environment: string;
  /** The name of its row in the table. */
  operation: string;
  /** Only a digest of it is kept. */
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
 * What the store says to an intent: that it is to be sent, under this number; that its key belongs to an earlier write; or
 * that its caller has written as much as is kept of one.
 */
export type Claim = { id: string } | EarlierClaim | { full: 'caller' };
export type EarlierClaim = { earlier: ActivityEntry; partner: PartnerFacts | null; sameRequest: boolean };

/** Whose writes, and where: what is left out stands for everybody, and for every environment. */
export type Whose = { caller?: string | undefined; environment?: string | undefined };
export type KnownWrite = ActivityEntry & { environment: string };
export type ActivityPage = { writes: KnownWrite[]; next: string | null };
export type Finding = { happened: boolean; by: string };
