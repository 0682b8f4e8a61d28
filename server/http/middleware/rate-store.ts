import { LRUCache } from 'lru-cache';
import { type Clock, clock as ownClock } from '../../clock.ts';

/** More callers or addresses than one BFF sees in a minute. Beyond that, the one counted longest ago is forgotten. */
const mostCounted = 10_000;

/** All limits are limits of a minute. */
export const windowSeconds = 60;

/** What was counted of a key in its window: this time included. */
export type Counted = { hits: number; secondsLeft: number };

/**
 * Counts requests by key, each key in its own window, by a clock that nobody can set back. It keeps no count for every key
 * that anybody makes up.
 */
export function createRateStore({
  most = mostCounted,
  clock = ownClock,
}: {
  most?: number;
  clock?: Clock;
} = {}) {
  // It allocates all its places at once, and many stores are never used.
  let windows: LRUCache<string, { hits: number; endsAt: number }> | undefined;

  return {
    increment(key: string): Counted {
      const now = clock();
      const known = windows?.get(key);
      const window = known && known.endsAt > now ? known : { hits: 0, endsAt: now + windowSeconds };
      window.hits += 1;
      windows ??= new LRUCache({ max: most });
      windows.set(key, window);
      return { hits: window.hits, secondsLeft: window.endsAt - now };
    },
    decrement(key: string): void {
      const window = windows?.get(key);
      if (window && window.hits > 0) window.hits -= 1;
    },
  };
}

/** For people and for Retry-After: whole seconds, and never none. */
export const wholeSeconds = (seconds: number): number => Math.max(1, Math.ceil(seconds));
