import { type Absence, cutoffOf, dayMs, minuteMs, toleranceMs } from '../absences.ts';
import type { JournalClock } from '../journal-clock.ts';
import type { OpenJournal } from './open-database.ts';

/**
 * The age of rows, without trusting the wall clock. Ages are measured in the time that the BFF has run, summed over
 * restarts. If the wall clock gets ahead of that, the BFF was off, the machine slept, or the clock is wrong. This is
 * recorded as an absence, and counts only after the BFF has run for another day while the clock stayed ahead. If the clock
 * goes back, absences are removed again, the last one first. So a row may look too young for two days, but never too old.
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
  const all = database.prepare('SELECT since, ms FROM absences ORDER BY rowid DESC');
  const forget = database.prepare('DELETE FROM absences WHERE since < ? RETURNING ms');
  const rebase = database.prepare('UPDATE journal SET base = base + ?');
  let countedTo = clock.running();
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** If several processes share a journal, only one counts. Otherwise a day would last half as long. */
  function isCounting(countedBy: string | null): boolean {
    if (countedBy === owner.id) return true;
    // Until now, the other process may have counted.
    countedTo = clock.running();
    if (countedTo - lookedAt < minuteMs) return false;
    lookedAt = countedTo;
    return countedBy === null || !owner.isAlive(countedBy);
  }

  /** Absences that count already are kept. */
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
    /** Advances the running time. Call it once in each transaction, before anything else. @returns the running time. */
    count(): number {
      const state = read.get() as { base: number; ran: number; counted_by: string | null };
      const mine = isCounting(state.counted_by);
      const elapsed = mine ? clock.running() - countedTo : 0;
      countedTo += elapsed;
      let ran = state.ran + elapsed;
      const ahead = clock.wall() - (state.base + ran + Number(absent.get()?.ms));
      if (ahead > toleranceMs) {
        // It makes all earlier rows older, and no later one.
        begin.run(state.ran, ahead);
        ran = Math.max(ran, state.ran + 1);
      } else takeBack(-ahead, ran);
      write.run(ran, mine ? owner.id : state.counted_by);
      return ran;
    },

    /** Rows up to this running time have at least this age. */
    cutoff: (ran: number, ageMs: number) => cutoffOf(all.all() as Absence[], ran, ageMs),

    /** Drops the absences that no longer matter to any row. */
    forgetBefore(ran: number): void {
      const forgotten = forget.all(ran) as { ms: number }[];
      rebase.run(forgotten.reduce((sum, { ms }) => sum + ms, 0));
    },
  };
}
