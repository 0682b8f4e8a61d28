import { within } from './within.ts';

/**
 * Lets those who would wait for the same lock in the database wait here, where they keep no connection from others: one caller
 * could else use up all of them with one key. Nobody waits longer than a second, as for the database itself.
 */
export function createTurns(longestMs = 1_000) {
  /** The end of the last one, by lock. */
  const last = new Map<bigint, Promise<void>>();

  return async function takeTurn<Result>(
    lock: bigint | undefined,
    run: () => Promise<Result>,
  ): Promise<Result> {
    if (lock === undefined) return run();
    const before = last.get(lock);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    // Whoever gives up does not let the next one go before those ahead of it.
    const ended = before ? before.then(() => done) : done;
    last.set(lock, ended);
    void ended.then(() => {
      if (last.get(lock) === ended) last.delete(lock);
    });
    try {
      if (before) await within(before, longestMs);
      return await run();
    } finally {
      resolve();
    }
  };
}
