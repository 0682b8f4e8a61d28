import type { OpenJournal } from './open-database.ts';

/** Milliseconds. `wall` may say anything; `running` never steps back, and knows nothing of the time before its process. */
export type JournalClock = { wall(): number; running(): number };

export const journalClock: JournalClock = {
  wall: Date.now,
  running: () => Math.floor(performance.now()),
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** What the wall clock may gain before that counts as a jump. Less is not seen, so a row may seem older by so much. */
export const toleranceMs = 10 * minuteMs;

/**
 * How old a row is, without belief in the wall clock. Ages are counted in the time that the BFF has run, summed over
 * restarts. When the wall clock gets ahead of that, the BFF was off, the machine slept, or the clock is wrong. That is
 * written down as an absence, and believed only once the BFF has run for a further day while the clock stayed ahead. A
 * clock that goes back takes absences away again, the last one first. So a row may seem too young for two days, but never
 * too old.
 */
export function createRunningTime({ database, owner }: OpenJournal, clock: JournalClock) {
  const read = database.prepare('SELECT base, ran, counted_by FROM journal');
  const write = database.prepare('UPDATE journal SET ran = ?, counted_by = ?');
  const absent = database.prepare('SELECT coalesce(sum(ms), 0) AS ms FROM absences');
  const begin = database.prepare('INSERT INTO absences VALUES (?, ?)');
  const newest = database.prepare(
    'SELECT rowid, ms FROM absences WHERE since > ? ORDER BY rowid DESC LIMIT 1',
  );
  const shorten = database.prepare('UPDATE absences SET ms = ms - ? WHERE rowid = ?');
  const remove = database.prepare('DELETE FROM absences WHERE rowid = ?');
  const believed = database.prepare('SELECT since, ms FROM absences WHERE since <= ? ORDER BY rowid DESC');
  const forget = database.prepare('DELETE FROM absences WHERE since < ? RETURNING ms');
  const rebase = database.prepare('UPDATE journal SET base = base + ?');
  let countedTo = clock.running();
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Of several processes that share a journal one counts, else a day would last half as long. */
  function isCounting(countedBy: string | null): boolean {
    if (countedBy === owner.id) return true;
    // Until now the other one may have counted.
    countedTo = clock.running();
    if (countedTo - lookedAt < minuteMs) return false;
    lookedAt = countedTo;
    return countedBy === null || !owner.isAlive(countedBy);
  }

  /** What is believed already stays. */
  function takeBack(ms: number, ran: number): void {
    for (let left = ms; left > 0; ) {
      const last = newest.get(ran - dayMs) as { rowid: number; ms: number } | undefined;
      if (!last) return;
      if (last.ms > left) shorten.run(left, last.rowid);
      else remove.run(last.rowid);
      left -= last.ms;
    }
  }

  return {
    /** Counts on. Once in each transaction, before anything else. @returns the running time. */
    count(): number {
      const state = read.get() as { base: number; ran: number; counted_by: string | null };
      const mine = isCounting(state.counted_by);
      const elapsed = mine ? clock.running() - countedTo : 0;
      countedTo += elapsed;
      let ran = state.ran + elapsed;
      const ahead = clock.wall() - (state.base + ran + Number(absent.get()?.ms));
      if (ahead > toleranceMs) {
        // It makes all rows older that were written before, and none that is written from now on.
        begin.run(state.ran, ahead);
        ran = Math.max(ran, state.ran + 1);
      } else takeBack(-ahead, ran);
      write.run(ran, mine ? owner.id : state.counted_by);
      return ran;
    },

    /** The running time up to which rows are at least so old. */
    cutoff(ran: number, ageMs: number): number {
      let cutoff = ran - ageMs;
      for (const { since, ms } of believed.all(ran - dayMs) as { since: number; ms: number }[]) {
        if (cutoff >= since) break;
        cutoff = Math.min(cutoff + ms, since);
      }
      return cutoff;
    },

    /** Drops the absences that make no row older any more. */
    forgetBefore(ran: number): void {
      const forgotten = forget.all(ran) as { ms: number }[];
      rebase.run(forgotten.reduce((sum, { ms }) => sum + ms, 0));
    },
  };
}
