/** Asks for what was sent, once for a burst and while somebody looks. */
export type CatchUp = {
  /**
   * Something was sent there.
   * @param isSeen even while the view is hidden, as a count on its badge is.
   */
  note(environment: string, isSeen?: boolean): void;
  /** Somebody may look now. */
  look(): void;
  dispose(): void;
};

/** In ms: what is sent within the first is asked for once, and no more often than the second. */
const [burstMs, everyMs] = [300, 2_000];

/** @param act asks, for each environment where something was sent; it does not throw. */
export function createCatchUp(
  act: (environments: string[]) => Promise<void>,
  isLooking: () => boolean,
  now = Date.now,
): CatchUp {
  const behind = new Set<string>();
  const seen = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let lastAt = Number.NEGATIVE_INFINITY;

  function schedule(): void {
    if (timer !== undefined || isAsking || (isLooking() ? behind : seen).size === 0) return;
    timer = setTimeout(ask, Math.max(burstMs, lastAt + everyMs - now()));
  }

  async function ask(): Promise<void> {
    timer = undefined;
    const due = [...(isLooking() ? behind : seen)];
    for (const each of due) {
      behind.delete(each);
      seen.delete(each);
    }
    lastAt = now();
    isAsking = true;
    await act(due);
    isAsking = false;
    schedule();
  }

  return {
    note(environment, isSeen = false) {
      behind.add(environment);
      if (isSeen) seen.add(environment);
      schedule();
    },
    look: schedule,
    dispose: () => clearTimeout(timer),
  };
}
