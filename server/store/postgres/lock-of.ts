import { createHash } from 'node:crypto';

/** The number of a lock in the database that stands for some thing. */
export function lockOf(...parts: readonly (string | Uint8Array)[]): bigint {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest().readBigInt64BE();
}
