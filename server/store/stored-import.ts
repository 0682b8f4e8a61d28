import type { WriteState } from '../../shared/activity.ts';
import type { ImportFacts } from '../journal/journal-store.ts';

/** A row of the table `imports`. */
export type StoredImport = {
  id: string;
  caller: string;
  environment: string;
  operation: string;
  rows: number;
  digest: string;
  again_before: number | null;
  started_at: number;
  stopped_at: number | null;
  last_at: number;
  last_ran: number;
};

const dayMs = 24 * 60 * 60 * 1000;
/** How much too early a row may come, since networks deliver rows unevenly. */
const unevennessMs = 2_000;
/** No row has to wait longer. A stored time that is later was written while the clock was wrong. */
const longestWaitMs = 60_000;

/** Whether no row was sent for 24 hours of running time. */
export function isStale({ last_ran }: StoredImport, ran: number): boolean {
  return ran - last_ran >= dayMs;
}

/** An import as callers see it. @param found how many of its rows are in each state. */
export function importOf(
  row: StoredImport,
  found: Partial<Record<WriteState, number>>,
  ran: number,
): ImportFacts {
  const counts = { succeeded: 0, refused: 0, not_sent: 0, unknown: 0, in_flight: 0, ...found };
  const isOver = counts.succeeded >= row.rows || isStale(row, ran);
  const endedAt = row.stopped_at ?? (isOver ? row.last_at : null);
  return {
    ...{ id: row.id, caller: row.caller, environment: row.environment, rows: row.rows, digest: row.digest },
    operation: row.operation as ImportFacts['operation'],
    again: row.again_before !== null,
    state: row.stopped_at !== null ? 'stopped' : isOver ? 'finished' : 'open',
    startedAt: new Date(row.started_at).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    counts,
  };
}

/**
 * When the next row of a caller's imports is due.
 * @param stored what was stored as due; 0 for the first row.
 * @returns how long this row must wait; else what to store.
 */
export function paceOf(stored: number, now: number, perMinute: number): { waitMs: number } | { due: number } {
  // If the clock was set back, the import must not wait until it reaches the old time again.
  const due = stored - now > longestWaitMs ? now : Math.max(stored, now);
  if (due - now > unevennessMs) return { waitMs: due - now - unevennessMs };
  return { due: Math.ceil(due + 60_000 / perMinute) };
}

/** Of several earlier writes, the one with the lowest rank decides whether another may be sent. */
export const ranks: Record<WriteState, number> = {
  in_flight: 0,
  unknown: 1,
  succeeded: 2,
  refused: 3,
  not_sent: 3,
};
