import type { Digests } from '../../journal/digests.ts';
import type { Claim, Ending, Intent, JournalStore } from '../../journal/journal-store.ts';
import { claimIn, prepareClaim } from './claim.ts';
import { CommitUnknown, type Database, DatabaseFailure } from './database.ts';
import type { At } from './import-rows.ts';
import type { JournalMark } from './journal-mark.ts';
import { createLateOutcomes } from './late-outcomes.ts';
import type { Lease } from './lease.ts';
import type { UseJournal } from './opening.ts';
import { createTurns } from './take-turns.ts';
import { endWrite, isCommitting } from './write-rows.ts';

/** A write that this process sends. */
type UnderWay = {
  owner: string;
  bytes: number;
  keyLock: bigint | undefined;
  ending?: Promise<void>;
  /** The transaction of its claim, if nobody knows whether it was committed. */
  committing?: string;
};

/** The writes that this process sends, from their claims to their outcomes. */
type WritesUnderWay = Required<Pick<JournalStore, 'claim' | 'end' | 'mayBeSent'>> & {
  /** Tries for three seconds more to record what could not be recorded yet. */
  close(): Promise<void>;
  /** How many outcomes are not recorded. */
  lost(): number;
};

type UnderWayOptions = {
  database: Database;
  digests: Digests;
  lease: Lease;
  mark: JournalMark;
  use: UseJournal;
  at(): At;
};

const unsent: Ending = { state: 'not_sent', code: 'JOURNAL_UNAVAILABLE' };

export function createWritesUnderWay(options: UnderWayOptions): WritesUnderWay {
  const { database, digests, lease, mark, use, at } = options;
  const takeTurn = createTurns();
  const underWay = new Map<number, UnderWay>();
  const late = createLateOutcomes(record);

  async function claim(intent: Intent): Promise<Claim> {
    const prepared = prepareClaim(intent, digests);
    const { bytes, keyLock } = prepared;
    await endingsOf(keyLock);
    if (!lease.holds(lease.owner())) await lease.renew();
    mark.requireSound();
    const owner = lease.owner();
    const journal = mark.journal();
    let claimed: Awaited<ReturnType<typeof claimIn>> | undefined;
    let claimedAt = at();
    try {
      claimed = await takeTurn(prepared.turn, () =>
        database.transaction(async (query) => {
          claimedAt = at();
          claimed = await claimIn(query, prepared, { ...claimedAt, owner, journal });
          return claimed;
        }, prepared.locks),
      );
    } catch (error) {
      // It may be there all the same. Nothing is sent, and that is recorded as soon as possible.
      if (error instanceof CommitUnknown && claimed && 'id' in claimed) {
        underWay.set(claimed.id, { owner, bytes, keyLock, committing: claimed.transaction });
        late.keep(claimed.id, unsent);
      }
      throw error;
    }
    if (!('id' in claimed)) return claimed;
    const { id } = claimed;
    underWay.set(id, { owner, bytes, keyLock });
    mark.noteWrite({ id, at: claimedAt.now });
    return { id: String(id) };
  }

  /** Whoever asks right after an outcome is told that outcome. */
  async function endingsOf(wanted: bigint | undefined): Promise<void> {
    const endings = [...underWay.values()].filter(
      ({ keyLock, ending }) => ending && keyLock !== undefined && keyLock === wanted,
    );
    await Promise.allSettled(endings.map(({ ending }) => ending));
  }

  async function record(id: number, ending: Ending): Promise<void> {
    const write = underWay.get(id);
    if (!write) return;
    if (write.committing !== undefined && (await isCommitting(database.query, write.committing)))
      throw new DatabaseFailure('COMMITTING');
    await endWrite(database.query, id, ending, { ...write, ...at() });
    underWay.delete(id);
    late.drop(id);
  }

  return {
    claim: (intent) =>
      use(() => claim(intent), {
        // Its caller was told that nothing was sent.
        tooLate: (claimed) => {
          if ('id' in claimed) late.keep(Number(claimed.id), unsent);
        },
      }),
    async end(id, ending) {
      const number = Number(id);
      const ended = use(() => record(number, ending));
      const write = underWay.get(number);
      if (write) write.ending = ended;
      try {
        await ended;
      } catch (error) {
        if (write) late.keep(number, ending);
        throw error;
      }
    },
    mayBeSent: (id) => {
      const write = underWay.get(Number(id));
      return mark.isSound() && write !== undefined && lease.holds(write.owner);
    },
    close: late.close,
    lost: late.count,
  };
}
