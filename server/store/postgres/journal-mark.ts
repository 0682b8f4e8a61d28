import { errorCodeOf } from '../../error-code.ts';
import type { Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import { ageMarginMs, keptMs } from '../../journal/kept.ts';
import type { Query } from './database.ts';
import { anotherJournal, journalIn, type KnownJournal, nameJournal } from './journal-identity.ts';

/** For how long a row is there for sure, to see whether the journal is still the same. */
const certainlyKeptMs = keptMs - ageMarginMs;

/** What the database must still contain: the journal that this process has begun to use, and the last write that it made. */
export type JournalMark = {
  /**
   * Begins to use the journal, or sees that it is still the same. The first BFF gives it its name.
   * @param now by the wall clock, when the running time of a new journal begins. @throws JournalFault
   */
  use(now: number): Promise<void>;
  /** The name of the journal that is used; empty before. */
  journal(): string;
  /** Its name, as it is in the database now. @throws JournalFault if that is another one. */
  confirm(): Promise<string>;
  noteWrite(id: number): void;
  /** Looks whether what this process wrote is still there. If not, `requireSound` says so from then on. */
  look(): Promise<void>;
  /** A failure that may show that the journal is no longer the same. */
  noteFailure(error: unknown): void;
  /** @throws JournalFault once the journal is no longer the one that this process has written to. */
  requireSound(): void;
  isSound(): boolean;
};

type JournalMarkOptions = {
  query: Query;
  digests: Digests;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  running(): number;
  known: KnownJournal | undefined;
  onUnremembered: ((code: string) => void) | undefined;
};

export function createJournalMark(options: JournalMarkOptions): JournalMark {
  const { query, digests, running, known, onUnremembered } = options;
  let mark: { journal: string; lastId: number; at: number } | undefined;
  let fault: JournalFault | undefined;

  /** So that this BFF knows it again after a restart. */
  function remember(journal: string): void {
    if (!known || !onUnremembered) return;
    try {
      if (known.name() !== journal) known.keep(journal);
    } catch (error) {
      onUnremembered(errorCodeOf(error));
    }
  }

  const find = () => journalIn(query, digests, known);

  function requireSame(journal: string | undefined): string {
    if (journal === undefined || (mark && mark.journal !== journal)) throw anotherJournal();
    return journal;
  }

  return {
    async use(now) {
      let found = await find();
      if (found === undefined && !mark) {
        await nameJournal(query, digests, now);
        found = await find();
      }
      const journal = requireSame(found);
      mark ??= { journal, lastId: 0, at: 0 };
      remember(journal);
    },
    journal: () => mark?.journal ?? '',
    confirm: async () => requireSame(await find()),
    noteWrite(id) {
      if (mark) mark = { ...mark, lastId: Math.max(mark.lastId, id), at: running() };
    },
    async look() {
      if (!mark) return;
      const isExpected = running() - mark.at < certainlyKeptMs;
      const [found] = await query<{ id: string; has: boolean }>(
        `SELECT id, $1 = 0 OR EXISTS (SELECT FROM pearsana_bff.writes WHERE writes.id = $1) AS has
           FROM pearsana_bff.journal`,
        [isExpected ? mark.lastId : 0],
      );
      if (found?.id !== mark.journal || !found.has) fault = anotherJournal();
    },
    noteFailure(error) {
      if (error instanceof JournalFault && mark) fault = error;
    },
    requireSound() {
      if (fault) throw fault;
    },
    isSound: () => fault === undefined,
  };
}
