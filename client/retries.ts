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
export async function pause(ms: number, signal: AbortSignal | undefined, failed: ClientError): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(wake, signal?.aborted ? 0 : ms);
    signal?.addEventListener('abort', wake);
    function wake(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    }
  });
  if (!signal?.aborted) return;
  const nothing = { status: undefined, failure: undefined, issues: [] };
  const cancelled = {
    reason: 'cancelled',
    message: 'The call was cancelled.',
    cause: signal.reason,
  } as const;
  throw new ClientError({ ...failed, ...nothing, ...cancelled });
}
