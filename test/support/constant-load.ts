import { setTimeout as delay } from 'node:timers/promises';

/**
 * Makes calls at a constant rate from now on, however slow their answers are.
 * @param call makes one call; `turn` counts them from 0.
 */
export function callConstantly<Result>(perSecond: number, call: (turn: number) => Promise<Result>) {
  const calls: Promise<Result>[] = [];
  let isRunning = true;
  async function load(): Promise<void> {
    const begun = performance.now();
    while (isRunning) {
      const due = ((performance.now() - begun) * perSecond) / 1_000;
      while (calls.length < due) calls.push(call(calls.length));
      await delay(2);
    }
  }
  const loading = load();

  return {
    /** Makes no further calls. @returns what became of all, in order. */
    async end(): Promise<Result[]> {
      isRunning = false;
      await loading;
      return Promise.all(calls);
    },
  };
}
