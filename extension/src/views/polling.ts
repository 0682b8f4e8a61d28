/** Repeats something while somebody looks. */
export type Polling = {
  /** Whether somebody looks. Whoever comes back later than the next time had been due is not kept waiting. */
  watch(isWatched: boolean): void;
  /** Counts anew: how often it is done may have changed. */
  reschedule(): void;
  dispose(): void;
};

/**
 * Does something every so often, but only while somebody looks.
 * @param everyMs how long after the last time; asked each time.
 */
export function createPolling(act: () => void, everyMs: () => number, now = Date.now): Polling {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWatched = false;
  let lastAt = Number.NEGATIVE_INFINITY;

  function reschedule(): void {
    clearTimeout(timer);
    if (isWatched) timer = setTimeout(run, Math.max(0, lastAt + everyMs() - now()));
  }

  function run(): void {
    lastAt = now();
    act();
    reschedule();
  }

  return {
    watch(watched) {
      if (watched === isWatched) return;
      isWatched = watched;
      reschedule();
    },
    reschedule,
    dispose: () => clearTimeout(timer),
  };
}
