import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.ts';
import type { HandleOptions, HandleStore, OpenHandles } from '../../sessions/handle-store.ts';

/** Keeps values in memory, for as long as the process runs. */
export const createMemoryHandles =
  (clock: Clock): OpenHandles =>
  (_kind, options) =>
    openHandles(options, clock);

function openHandles<Value extends object>(
  { most, lifetimeSeconds, renewed }: HandleOptions,
  clock: Clock,
): HandleStore<Value> {
  const values = new LRUCache<string, Value>({
    max: most,
    ttl: lifetimeSeconds * 1_000,
    updateAgeOnGet: renewed,
    // Read the clock each time. By default, a timer keeps a reading for a moment.
    ttlResolution: 0,
    // The library takes zero for “no time”.
    perf: { now: () => clock() * 1_000 + 1 },
  });
  const find = (handle: string | undefined) => (handle === undefined ? undefined : values.get(keyOf(handle)));
  const drop = (handle: string | undefined) => handle !== undefined && values.delete(keyOf(handle));

  return {
    async issue(value) {
      const handle = randomBytes(32).toString('base64url');
      values.set(keyOf(handle), value);
      return handle;
    },
    find: async (handle) => find(handle),
    async take(handle) {
      const value = find(handle);
      drop(handle);
      return value;
    },
    async renew(handle) {
      const value = find(handle);
      if (value) values.set(keyOf(handle), value);
      return value !== undefined;
    },
    async drop(handle) {
      drop(handle);
    },
  };
}

function keyOf(handle: string): string {
  return createHash('sha256').update(handle).digest('base64url');
}
