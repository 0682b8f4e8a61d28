import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportTiming } from '../../../shared/imports/import-loop.ts';

/** A clock that stands still until every task sleeps, and then jumps to the time when the first one wakes. */
export function createVirtualTime(): ImportTiming & { run<Value>(work: Promise<Value>): Promise<Value> } {
  let now = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    random: () => 0.5,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + ms, wake });
      }),
    async run(work) {
      let over = false;
      const done = work.finally(() => {
        over = true;
      });
      // The caller gets the failure through `done`.
      done.catch(() => {});
      while (!over) {
        await nextTurn();
        const next = Math.min(...sleepers.map(({ at }) => at));
        if (over || !Number.isFinite(next)) continue;
        now = next;
        const awake = sleepers.filter(({ at }) => at <= now);
        sleepers = sleepers.filter(({ at }) => at > now);
        for (const { wake } of awake) wake();
      }
      return done;
    },
  };
}
