import type { KeyStore } from '../callers/key-store.ts';
import type { JournalStore } from '../journal/journal-store.ts';
import type { OpenHandles } from '../sessions/handle-store.ts';

/** Where a BFF keeps what must last. One make keeps it in the data directory, the other in a database that many share. */
export type Store = {
  /** Begins to open the journal. */
  openJournal(): JournalStore;
  /** Where an administrator should look if the journal fails, in words. */
  journalWhere: string;
  keys: KeyStore;
  openHandles: OpenHandles;
  /** Called last, when the parts are closed. */
  close(): Promise<void>;
};
