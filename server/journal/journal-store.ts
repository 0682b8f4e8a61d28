import type { ActivityEntry, WriteState } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { ExternalReference } from '../../shared/fields.ts';
import type { ImportOperation, ImportRecord } from '../../shared/import-record.ts';
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
  /** Optional: finds out whether the store can be used, at the start and at any time. @throws JournalFault if an administrator has to look. */
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
   * Asked immediately before the first byte of a claimed write leaves: whether it is still this process's to send. A process
   * that was stopped for a while must not send what others have taken for unknown meanwhile. Left out by a store whose claims
   * last as long as the process.
   */
  mayBeSent?(id: string): boolean;
  /**
   * One page of writes, newest first, after the end of the previous page. In everybody's activity, writes with an unknown
   * outcome come first, unless only one state is wanted.
   */
  activity(whose: Whose, length: number, before?: string, wanted?: WantedWrites): Promise<ActivityPage>;
  /**
   * Records what a person found out about a write with an unknown outcome. Other writes are not changed. If the write
   * happened, it keeps its key; if not, the key is free again. @returns the row afterwards, if there is one.
   */
  resolve(whose: Resolver, id: string, found: Finding): Promise<RecordedWrite | undefined>;
  /** Writes down that so many rows were confirmed as a whole. */
  announce(announcement: Announcement): Promise<ImportFacts | { full: 'caller' }>;
  /** Imports, newest first. */
  imports(whose: Whose, length: number): Promise<ImportFacts[]>;
  importOf(whose: Whose, id: string): Promise<ImportFacts | undefined>;
  /** From then on none of its rows is claimed. One that has ended stays as it is. */
  stopImport(whose: Whose, id: string): Promise<ImportFacts | undefined>;
  /** Of each person or document, in order: the write that stands in the way (in flight, unknown, succeeded), else the newest. */
  lookUp(asked: Lookup): Promise<(RecordedWrite | null)[]>;
  /** Names the journal: wherever the same rows are, it is the same. */
  name(): Promise<string>;
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
  /** Of a row of an import: which one, and how fast all imports of this caller may go here. */
  import?: { id: string; perMinute: number } | undefined;
};

/** An import that somebody confirms. */
export type Announcement = {
  caller: string;
  environment: string;
  operation: ImportOperation;
  rows: number;
  /** Of its file; the store only keeps it. */
  digest: string;
  again: boolean;
};
/** An import as it is at this moment. */
export type ImportFacts = Omit<ImportRecord, 'perMinute'>;

/** Whom or what somebody asks about. */
export type Lookup = { environment: string; operation: ImportOperation } & (
  | { references: readonly ExternalReference[] }
  | { digests: readonly Uint8Array[] }
);

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
export type Claim = { id: string } | EarlierClaim | ImportRefusal | { full: 'caller' };
/**
 * Why a row of an import is not sent: the import is not this caller's and environment's, is for another operation, has
 * ended, or has sent all that was confirmed; its person was written to before; or it must wait its turn.
 */
export type ImportRefusal =
  | { import: 'missing' | 'mismatch' | 'stopped' | 'full' }
  | { known: RecordedWrite; sameRequest: boolean }
  | { waitMs: number };
export type EarlierClaim = { earlier: ActivityEntry; partner: PartnerFacts | null; sameRequest: boolean };

/** Whose writes, and where. A field that is left out means everybody, or every environment. */
export type Whose = { caller?: string | undefined; environment?: string | undefined };
/** Which of them. A field that is left out means all. */
export type WantedWrites = {
  state?: WriteState | undefined;
  person?: ExternalReference | undefined;
  /** The rows of this import; `none`: writes that are no row of an import. */
  import?: string | undefined;
};
/** A caller's own writes, and everybody's of the operations that the caller may use. */
export type Resolver = Whose & { operations?: readonly string[] | undefined };
export type RecordedWrite = ActivityEntry & { environment: string };
export type ActivityPage = { writes: RecordedWrite[]; next: string | null };
export type Finding = { happened: boolean; by: string };
