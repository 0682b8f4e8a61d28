import type { Store } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import { type Clock, clock as ownClock } from '../../clock.ts';

/** More callers or addresses than one BFF sees in a minute. Beyond that, the one counted longest ago is forgotten. */
const mostCounted = 10_000;

/**
 * Counts requests by key, each key in its own window. The library's store uses the wall clock, so setting it back by an hour
 * would limit everybody for an hour; and it keeps a count for every key that anybody makes up.
 */
export function createRateStore(
  windowMs: number,
  { most = mostCounted, clock = ownClock }: { most?: number; clock?: Clock } = {},
) {
  // It allocates all its places at once, and many stores are never used.
  let windows: LRUCache<string, { hits: number; endsAt: number }> | undefined;

  function windowOf(key: string) {
    const window = windows?.get(key);
    return window && window.endsAt > clock() ? window : undefined;
  }

  function infoOf({ hits, endsAt }: { hits: number; endsAt: number }) {
    // The library subtracts the wall clock's time again, in the same turn.
    return { totalHits: hits, resetTime: new Date(Date.now() + (endsAt - clock()) * 1_000) };
  }

  return {
    // The counts are in this process only.
    localKeys: true,
    get(key) {
      const window = windowOf(key);
      return window && infoOf(window);
    },
    increment(key) {
      const window = windowOf(key) ?? { hits: 0, endsAt: clock() + windowMs / 1_000 };
      window.hits += 1;
      windows ??= new LRUCache({ max: most });
      windows.set(key, window);
      return infoOf(window);
    },
    decrement(key) {
      const window = windowOf(key);
      if (window && window.hits > 0) window.hits -= 1;
    },
    resetKey(key) {
      windows?.delete(key);
    },
  } satisfies Store;
}

/** For people and for Retry-After: whole seconds, and never none. */
export const secondsUntil = (time: Date): number =>
  Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1_000));
