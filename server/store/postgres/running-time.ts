import { type Absence, cutoffOf, dayMs, toleranceMs } from '../absences.ts';
import type { JournalClock } from '../journal-clock.ts';
import type { Query } from './database.ts';

type State = { base: number; ran: number; counted_by: string | null };
type KeptAbsence = Absence & { number: number };

/**
 * The age of rows without trusting a wall clock, as in SQLite (`local/running-time.ts` says how), and once for all instances:
 * one of them counts, once a minute.
 */
export type RunningTime = {
  /** The running time now. */
  now(): number;
  /**
   * Counts, if it is this instance's turn, and reads what the others counted. Call it in a transaction.
   * @returns the running time at which rows of that age began.
   */
  count(query: Query, owner: string, ageMs: number): Promise<number>;
  /** Drops the absences that no longer matter to any row, once the rows up to this running time are gone. */
  forgetBefore(query: Query, ran: number): Promise<void>;
};

export function createRunningTime(clock: JournalClock): RunningTime {
  let countedTo = clock.running();
  let known = 0;

  return {
    now: () => known + clock.running() - countedTo,

    async count(query, owner, ageMs) {
      const [state] = await query<State>('SELECT base, ran, counted_by FROM pearsana_bff.journal FOR UPDATE');
      if (!state) throw new Error('The journal has no name yet.');
      const absences = await query<KeptAbsence>(
        'SELECT number, since, ms FROM pearsana_bff.absences ORDER BY number DESC',
      );
      const isMine = state.counted_by === owner;
      const running = clock.running();
      let ran = state.ran + (isMine ? running - countedTo : 0);
      const absentMs = absences.reduce((sum, { ms }) => sum + ms, 0);
      const ahead = clock.wall() - (state.base + ran + absentMs);
      if (ahead > toleranceMs) {
        const added = await query<KeptAbsence>(
          'INSERT INTO pearsana_bff.absences (since, ms) VALUES ($1, $2) RETURNING number, since, ms',
          [state.ran, ahead],
        );
        absences.unshift(...added);
        ran = Math.max(ran, state.ran + 1);
      } else await takeBack(query, absences, -ahead, ran);
      const counts = isMine || !(await isAlive(query, state.counted_by));
      if (counts) await query('UPDATE pearsana_bff.journal SET ran = $1, counted_by = $2', [ran, owner]);
      else if (ran !== state.ran) await query('UPDATE pearsana_bff.journal SET ran = $1', [ran]);
      countedTo = running;
      known = ran;
      return cutoffOf(absences, ran, ageMs);
    },
    forgetBefore,
  };
}

/** The clock went back: the last absences were none. Those that count already are kept. */
async function takeBack(query: Query, absences: KeptAbsence[], ms: number, ran: number): Promise<void> {
  for (let left = ms; left > 0; ) {
    const [last] = absences;
    if (!last || last.since <= ran - dayMs) return;
    if (last.ms > left) {
      await query('UPDATE pearsana_bff.absences SET ms = ms - $2 WHERE number = $1', [last.number, left]);
      last.ms -= left;
      return;
    }
    await query('DELETE FROM pearsana_bff.absences WHERE number = $1', [last.number]);
    absences.shift();
    left -= last.ms;
  }
}

async function isAlive(query: Query, owner: string | null): Promise<boolean> {
  const text = 'SELECT FROM pearsana_bff.instances WHERE id = $1 AND lease_until > clock_timestamp()';
  return (await query(text, [owner])).length > 0;
}

async function forgetBefore(query: Query, ran: number): Promise<void> {
  const forgotten = await query<{ ms: number }>(
    'DELETE FROM pearsana_bff.absences WHERE since < $1 RETURNING ms',
    [ran],
  );
  if (forgotten.length === 0) return;
  const ms = forgotten.reduce((sum, each) => sum + each.ms, 0);
  await query('UPDATE pearsana_bff.journal SET base = base + $1', [ms]);
}
