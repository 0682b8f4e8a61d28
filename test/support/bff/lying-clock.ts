import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const hour = 3_600_000;
const day = 24 * hour;
const program = new URL('../processes/lying-clock.ts', import.meta.url);

/** Where the wall clock goes between tries, from the right time: 25 hours and 31 days ahead, and back each time. */
export const clockJumps: readonly number[] = [25 * hour, 0, 31 * day, 0, -31 * day, 0];

/** The wall clock of BFFs that are started with these variables: wrong by what is set, while they run. */
export function createLyingClock(directory: string) {
  const file = join(directory, 'lying-clock');
  const set = (ms: number) => writeFileSync(file, String(ms));
  set(0);
  return { set, variables: { NODE_OPTIONS: `--import=${program.href}`, LYING_CLOCK: file } };
}
