import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/**
 * Keeps values, each under a handle that somebody else holds: 256 random bits. Only the hash of a handle is kept here, so
 * the store alone opens nothing. When there are too many values, the least recently used one is dropped.
 */
export type HandleStore<Value extends object> = {
  /** Keeps a value. @returns its handle, which is not kept. */
  issue(value: Value): string;
  find(handle: string | undefined): Value | undefined;
  drop(handle: string | undefined): void;
};

export type HandleStoreOptions = {
  most: number;
  /** How long a value is kept, in seconds. */
  lifetimeSeconds: number;
  /** Whether the lifetime starts again each time the value is found. */
  renewed: boolean;
  clock: Clock;
};

export function createHandleStore<Value extends object>(options: HandleStoreOptions): HandleStore<Value> {
  const { most, lifetimeSeconds, renewed, clock } = options;
  const values = new LRUCache<string, Value>({
    max: most,
    ttl: lifetimeSeconds * 1_000,
    updateAgeOnGet: renewed,
    // Read the clock each time. By default, a timer keeps a reading for a moment.
    ttlResolution: 0,
    // The library takes zero for “no time”.
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
