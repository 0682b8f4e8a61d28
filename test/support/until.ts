import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition that has no event. Fails after half a minute, or after `longestMs`, instead of hanging: long
 * enough for a busy machine, since only a failure waits so long.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  longestMs = 30_000,
): Promise<void> {
  const end = performance.now() + longestMs;
  while (!(await condition())) {
    if (performance.now() > end) assert.fail(`It did not happen: ${what}.`);
    await delay(2);
  }
}
