import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits for what has no event to wait for; fails after five seconds instead of hanging. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`It did not happen: ${what}.`);
    await delay(2);
  }
}
