import type { ClientError } from '../shared/client-error.ts';
import type { ClientOptions, RequestFacts, ResponseFacts } from './options.ts';

type Hooks = Pick<ClientOptions, 'onRequest' | 'onResponse'>;
type TryFacts = { operation: string; environment: unknown; attempt: number };

/** Tells the hooks of one try: when it is sent, and how it ended. A try that was not sent is not told. */
export function watchTry({ onRequest, onResponse }: Hooks, facts: TryFacts, send: typeof fetch) {
  let sent: RequestFacts | undefined;
  let started = 0;
  let status: number | undefined;

  const watchedSend: typeof fetch = async (input, init) => {
    const requestId = new Headers(init?.headers).get('x-request-id') ?? '';
    const { operation, attempt } = facts;
    const environment = typeof facts.environment === 'string' ? facts.environment : undefined;
    sent = { operation, method: init?.method ?? 'GET', url: String(input), environment, requestId, attempt };
    tell(onRequest, sent);
    started = performance.now();
    const response = await send(input, init);
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

/** A log that fails must not fail a write. Each listener has facts of its own, since it may change them. */
function tell<Facts extends RequestFacts | ResponseFacts>(
  listener: ((facts: Facts) => void) | undefined,
  facts: Facts,
): void {
  try {
    listener?.({ ...facts });
  } catch {}
}
