import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for what has no event to wait for; fails after five seconds, or longer where that is said, instead of hanging. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  longestMs = 5_000,
): Promise<void> {
  const end = performance.now() + longestMs;
  while (!(await condition())) {
    if (performance.now() > end) assert.fail(`It did not happen: ${what}.`);
    await delay(2);
  }
}
