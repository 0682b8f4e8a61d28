import { statfsSync } from 'node:fs';
import type { Journal } from './journal/journal.ts';
import type { TokenRoom } from './tokens/token-room.ts';

/** What `/readyz` says. `reasons` are codes: the log has the words, and names the environment. */
export type Readiness =
  | { status: 'ready' }
  | { status: 'degraded'; reasons: string[] }
  | { status: 'starting' }
  | { status: 'shutting-down' };

/** Failures of the token server that an administrator should know of. A missing scope concerns one operation only. */
const tokenFailures = [
  'CLIENT_CREDENTIALS_REJECTED',
  'AUTH_UNREACHABLE',
  'AUTH_TIMEOUT',
  'AUTH_BAD_RESPONSE',
];
/** Writes are refused when the disk is full, so somebody should hear of it before. */
const leastFreeBytes = 100 * 1024 * 1024;
const lookAgainMs = 10_000;

/**
 * Tells how well the BFF can do its work, from what it knows already: nothing is asked of Pearsana. `degraded` still takes
 * calls, since reads go on without the journal, and other environments without the token of one.
 */
export function createReadiness(parts: {
  tokens: Pick<TokenRoom, 'failures'>;
  journal: Pick<Journal, 'isUsable'>;
  /** Whether the access keys could be read. Before that, the BFF can take no calls. */
  areKeysRead: () => boolean;
  dataDirectory: string;
  isStopping: () => boolean;
}): () => Readiness {
  const { tokens, journal, areKeysRead, dataDirectory, isStopping } = parts;
  let disk = { isNearlyFull: false, until: 0 };

  function isDiskNearlyFull(): boolean {
    const now = performance.now();
    if (now >= disk.until)
      disk = { isNearlyFull: freeBytesOf(dataDirectory) < leastFreeBytes, until: now + lookAgainMs };
    return disk.isNearlyFull;
  }

  return () => {
    if (isStopping()) return { status: 'shutting-down' };
    if (!areKeysRead()) return { status: 'starting' };
    const reasons = [
      ...(journal.isUsable() ? [] : ['JOURNAL_UNAVAILABLE']),
      ...tokens.failures().filter((code) => tokenFailures.includes(code)),
      ...(isDiskNearlyFull() ? ['DISK_NEARLY_FULL'] : []),
    ];
    return reasons.length === 0 ? { status: 'ready' } : { status: 'degraded', reasons };
  };
}

/** A disk that cannot be asked is no reason to worry: the journal says whether it can write. */
function freeBytesOf(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
