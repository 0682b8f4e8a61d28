import { setTimeout as delay } from 'node:timers/promises';
import type { Ending } from '../../journal/journal-store.ts';

const shortestRestMs = 50;
const longestRestMs = 5_000;
const longestCloseMs = 3_000;

/** Outcomes that could not be recorded yet. They are tried again until they are, with longer and longer rests. */
type LateOutcomes = {
  keep(id: number, ending: Ending): void;
  /** It has been recorded. */
  drop(id: number): void;
  /** How many there are. */
  count(): number;
  /** Tries for three seconds more. */
  close(): Promise<void>;
};

/** @param record records one, unless that has been done. */
export function createLateOutcomes(record: (id: number, ending: Ending) => Promise<void>): LateOutcomes {
  const kept = new Map<number, Ending>();
  let restMs = shortestRestMs;
  let later: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** One after another: the first failure speaks for all. */
  async function recordKept(): Promise<void> {
    later = undefined;
    try {
      for (const [id, ending] of kept) await record(id, ending);
      restMs = shortestRestMs;
    } catch {
      restMs = Math.min(2 * restMs, longestRestMs);
    }
    if (kept.size > 0 && !isClosed) later ??= setTimeout(recordKept, restMs).unref();
  }

  return {
    keep(id, ending) {
      kept.set(id, ending);
      later ??= setTimeout(recordKept, restMs).unref();
    },
    drop: (id) => void kept.delete(id),
    count: () => kept.size,
    async close() {
      const end = performance.now() + longestCloseMs;
      clearTimeout(later);
      while (kept.size > 0 && performance.now() < end) {
        await recordKept();
        if (kept.size > 0) await delay(Math.min(restMs, 100));
      }
      isClosed = true;
      clearTimeout(later);
    },
  };
}
