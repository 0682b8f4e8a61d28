import { ClientError } from '../shared/client-error.ts';
import { type EndpointRow, isWrite } from '../shared/endpoint-row.ts';

/** How a client waits, and where its random numbers come from. */
export type RetryTiming = { pause: typeof pause; random: () => number };

const firstWaitMs = 500;
const longestWaitMs = 8_000;
/** The BFF's limits are for a minute. Whoever is told to wait for longer decides better than a client. */
const longestRetryAfterSeconds = 60;

/** How long to wait before the next try; undefined if another would not be safe, or would not help. */
export function waitBeforeRetry(
  row: EndpointRow,
  error: ClientError,
  attempt: number,
  random: () => number,
): number | undefined {
  const { retryAfterSeconds = 0 } = error;
  if (!isSafe(row, error) || !mayHelp(error) || retryAfterSeconds > longestRetryAfterSeconds)
    return undefined;
  return retryAfterSeconds > 0
    ? retryAfterSeconds * 1_000 + random() * firstWaitMs
    : Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** A write is tried again with the same key, and only if it surely did not happen. */
function isSafe(row: EndpointRow, { outcome, status }: ClientError): boolean {
  if (row.method === 'GET') return true;
  // Any other POST has no key: only a rate limit says that nothing was done.
  return isWrite(row) ? outcome !== 'unknown' : status === 429;
}

function mayHelp({ reason, failure, status = 0 }: ClientError): boolean {
  if (reason === 'refused') return failure.retryable;
  if (reason === 'proxy') return status >= 500 || status === 429 || status === 408;
  // With a status, it was a redirect.
  return reason === 'timeout' || (reason === 'unreachable' && status === 0);
}

/** Waits, unless the caller cancels the call meanwhile. @param failed the error of the try before */
export function pause(ms: number, signal: AbortSignal | undefined, failed: ClientError): Promise<void> {
  return new Promise((resolve, reject) => {
    function cancel(): void {
      const { origin, requestId, environment, outcome, idempotencyKey } = failed;
      const facts = { origin, requestId, environment, outcome, idempotencyKey, cause: signal?.reason };
      clearTimeout(timer);
      reject(new ClientError({ reason: 'cancelled', message: 'The call was cancelled.', ...facts }));
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancel);
      resolve();
    }, ms);
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
