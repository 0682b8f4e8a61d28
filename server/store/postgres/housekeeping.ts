import { JournalFailure } from '../../journal/journal-fault.ts';
import { cleanAlone } from './clean-alone.ts';
import type { Database } from './database.ts';
import type { Opening } from './opening.ts';
import type { RunningTime } from './running-time.ts';

const minuteMs = 60_000;
const rowsOfASlice = 200;

/** Once a minute: counts the running time, and removes what is too old, unless another instance does so at this moment. */
type Housekeeping = {
  /** Resolves when what was due by now is done. */
  done(): Promise<void> | undefined;
  /** From then on nothing is due any more. */
  stop(): void;
};

type HousekeepingOptions = {
  opening: Opening;
  time: RunningTime;
  /** Counts, and gives the running time up to which rows are too old. */
  count(): Promise<number>;
  onFailure: ((step: 'clean', code: string) => void) | undefined;
};

export function createHousekeeping(database: Database, options: HousekeepingOptions): Housekeeping {
  const { opening, time, count, onFailure } = options;
  let underWay: Promise<void> | undefined;

  async function countAndClean(): Promise<void> {
    try {
      const cutoff = await opening.use(count);
      // In slices, so that nobody waits for long.
      let gone: number | undefined;
      do gone = await cleanSlice(database, cutoff);
      while (gone === rowsOfASlice);
      if (gone !== undefined)
        await cleanAlone(database, 'journal', (query) => time.forgetBefore(query, cutoff));
    } catch (error) {
      const failure = opening.failureOf(error);
      if (failure instanceof JournalFailure && !opening.isClosed()) onFailure?.('clean', failure.code);
    }
  }

  const cleaning = setInterval(() => {
    underWay ??= countAndClean().finally(() => {
      underWay = undefined;
    });
  }, minuteMs).unref();

  return { done: () => underWay, stop: () => clearInterval(cleaning) };
}

/** @returns how many writes are gone; undefined if another instance cleans at this moment. */
export function cleanSlice(database: Database, cutoff: number): Promise<number | undefined> {
  return cleanAlone(database, 'journal', async (query) => {
    const gone = await query(
      `DELETE FROM pearsana_bff.writes WHERE id IN (SELECT id FROM pearsana_bff.writes
         WHERE state <> 'unknown' AND kept_from <= $1 ORDER BY kept_from LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [cutoff, rowsOfASlice],
    );
    await query(
      `DELETE FROM pearsana_bff.imports WHERE number IN
         (SELECT number FROM pearsana_bff.imports WHERE last_ran <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [cutoff, rowsOfASlice],
    );
    await query(
      `DELETE FROM pearsana_bff.instances WHERE lease_until < clock_timestamp() - interval '1 day'`,
    );
    return gone.length;
  });
}
