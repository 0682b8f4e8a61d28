import type { Send } from '../shared/client-call.ts';
import type { ClientError } from '../shared/client-error.ts';
import type { ClientOptions, RequestFacts, ResponseFacts } from './options.ts';

type Hooks = Pick<ClientOptions, 'onRequest' | 'onResponse'>;
type TryFacts = { operation: string; environment: string | undefined; attempt: number };

/** Tells the hooks of one try: when it is sent, and how it ended. A try that was not sent is not told. */
export function watchTry({ onRequest, onResponse }: Hooks, facts: TryFacts, send: Send) {
  let sent: RequestFacts | undefined;
  let started = 0;
  let status: number | undefined;

  const watchedSend: Send = async (url, init) => {
    const { method, headers } = init;
    sent = { ...facts, method, url, requestId: headers['x-request-id'] ?? '' };
    tell(onRequest, sent);
    started = performance.now();
    const response = await send(url, init);
    status = response.status || undefined;
    return response;
  };

  function ended(error?: ClientError, retryInMs?: number): void {
    if (!sent) return;
    tell(onResponse, {
      ...sent,
      status,
      durationMs: performance.now() - started,
      reason: error?.reason,
      code: error?.failure?.code,
      outcome: error?.outcome,
      retryInMs,
    });
  }

  return { send: watchedSend, ended };
}

/** A log that fails, now or later, must not fail a write. Each listener has facts of its own, since it may change them. */
async function tell<Facts extends RequestFacts | ResponseFacts>(
  listener: ((facts: Facts) => void) | undefined,
  facts: Facts,
): Promise<void> {
  try {
    await listener?.({ ...facts });
  } catch {}
}
