import { ClientError } from '../shared/client-error.ts';
import { type EndpointRow, isWrite } from '../shared/endpoint-row.ts';

const mostRetries = 10;
export const retryCountWords = `must be a whole number from 0 to ${mostRetries}`;

const firstWaitMs = 500;
const longestWaitMs = 8_000;
/** The BFF's limits are for a minute. Whoever is told to wait for longer decides better than a client. */
const longestRetryAfterSeconds = 60;

/** How a client waits, and where its random numbers come from. */
export type RetryTiming = { pause: typeof pause; random: () => number };

export function isRetryCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= mostRetries;
}

/** How long to wait before the next try; undefined if another would not be safe, or would not help. */
export function waitBeforeRetry(
  row: EndpointRow,
  error: ClientError,
  attempt: number,
  random: () => number,
): number | undefined {
  const { retryAfterSeconds } = error;
  if (!isSafe(row, error) || !mayHelp(error)) return undefined;
  if (retryAfterSeconds === undefined)
    return Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
  if (retryAfterSeconds > longestRetryAfterSeconds) return undefined;
  return retryAfterSeconds * 1_000 + random() * firstWaitMs;
}

/** A write is tried again with the same key, and only if it surely did not happen. */
function isSafe(row: EndpointRow, { outcome, status }: ClientError): boolean {
  if (row.method === 'GET') return true;
  // Any other POST has no key: only a rate limit says that nothing was done.
  return isWrite(row) ? outcome !== 'unknown' : status === 429;
}

function mayHelp(error: ClientError): boolean {
  switch (error.reason) {
    case 'refused':
      return error.failure.retryable;
    case 'proxy':
      return [408, 429].includes(error.status) || error.status >= 500;
    case 'unreachable':
      // With a status, it is a redirect.
      return error.status === undefined;
    default:
      return error.reason === 'timeout';
  }
}

/** Waits, unless the caller cancels the call meanwhile. @param failed the error of the try before */
export function pause(ms: number, signal: AbortSignal | undefined, failed: ClientError): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancel);
      resolve();
    }, ms);
    function cancel(): void {
      clearTimeout(timer);
      const { origin, requestId, environment, outcome, idempotencyKey } = failed;
      const facts = { origin, requestId, environment, outcome, idempotencyKey, cause: signal?.reason };
      reject(new ClientError({ reason: 'cancelled', message: 'The call was cancelled.', ...facts }));
    }
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}
