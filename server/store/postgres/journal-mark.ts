import { errorCodeOf } from '../../error-code.ts';
import type { Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import type { Query } from './database.ts';
import {
  anotherJournal,
  certainlyKeptMs,
  journalIn,
  nameJournal,
  requireLastWrite,
} from './journal-identity.ts';
import type { KnownJournal, MadeWrite } from './known-journal.ts';

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
  /** @param write is committed. */
  noteWrite(write: MadeWrite): void;
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
  let mark: { journal: string; last?: MadeWrite & { running: number } } | undefined;
  /** Of the last write that the data directory knows. */
  let keptId = 0;
  let fault: JournalFault | undefined;

  /** So that this BFF knows it again after a restart. */
  async function remember(keep: (known: KnownJournal) => Promise<void>): Promise<void> {
    if (!known || !onUnremembered) return;
    try {
      await keep(known);
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
      // A command shows what is there, so that somebody can see what is lacking.
      if (!mark && known && onUnremembered) await requireLastWrite(query, known, journal);
      mark ??= { journal };
      await remember(async ({ name, keep }) => {
        if (name() !== journal) await keep(journal);
      });
    },
    journal: () => mark?.journal ?? '',
    confirm: async () => requireSame(await find()),
    noteWrite(write) {
      if (mark && write.id > (mark.last?.id ?? 0)) mark = { ...mark, last: { ...write, running: running() } };
    },
    async look() {
      if (!mark) return;
      const { journal, last } = mark;
      const isExpected = last && running() - last.running < certainlyKeptMs;
      const [found] = await query<{ id: string; has: boolean }>(
        `SELECT id, $1 = 0 OR EXISTS (SELECT FROM pearsana_bff.writes WHERE writes.id = $1) AS has
           FROM pearsana_bff.journal`,
        [isExpected ? last.id : 0],
      );
      if (found?.id !== journal || !found.has) fault = anotherJournal();
      else if (last && last.id > keptId) {
        // Also if that fails: it is said once for each write, at most every few seconds.
        keptId = last.id;
        await remember(({ keepWrite }) => keepWrite(journal, last));
      }
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
