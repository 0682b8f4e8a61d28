import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/**
 * Keeps values that somebody else holds a handle of: 256 random bits, of which only the hash is kept here, so that what
 * is kept opens nothing. Where there are too many, the one that was not used for longest goes.
 */
export type HandleStore<Value extends object> = {
  /** Keeps a value, and gives its handle; it is never seen again here. */
  issue(value: Value): string;
  find(handle: string | undefined): Value | undefined;
  drop(handle: string | undefined): void;
};

export type HandleStoreOptions = {
  most: number;
  /** How long a value is kept, in seconds. */
  lifetimeSeconds: number;
  /** Whether the lifetime begins anew whenever the value is found. */
  renewed: boolean;
  clock: Clock;
};

export function createHandleStore<Value extends object>(options: HandleStoreOptions): HandleStore<Value> {
  const { most, lifetimeSeconds, renewed, clock } = options;
  const values = new LRUCache<string, Value>({
    max: most,
    ttl: lifetimeSeconds * 1_000,
    updateAgeOnGet: renewed,
    // Asks the clock each time; else a reading is kept for a moment, by a timer.
    ttlResolution: 0,
    // Zero would mean no time at all to the library.
    perf: { now: () => clock() * 1_000 + 1 },
  });

  return {
    issue(value) {
      const handle = randomBytes(32).toString('base64url');
      values.set(keyOf(handle), value);
      return handle;
    },
    find: (handle) => (handle === undefined ? undefined : values.get(keyOf(handle))),
    drop(handle) {
      if (handle !== undefined) values.delete(keyOf(handle));
    },
  };
}

function keyOf(handle: string): string {
  return createHash('sha256').update(handle).digest('base64url');
}
