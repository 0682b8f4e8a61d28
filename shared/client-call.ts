import * as z from 'zod/mini';
import { type GivenOptions, longestTimeoutMs, requestOf } from './call-request.ts';
import { ClientError, type ClientErrorFacts } from './client-error.ts';
import { slowestBytesPerMs } from './documents.ts';
import { type EndpointRow, isConfirmed, isWrite } from './endpoint-row.ts';
import { failureBody, issue } from './errors.ts';
import { successOf } from './operations.ts';
import { sentences } from './validate.ts';

export type CallSettings = { origin: string; accessKey: string | undefined; timeoutMs: number };

/** Makes the call of a row. It fails with a {@link ClientError}. */
export type Call = (row: EndpointRow, given: GivenOptions, send: typeof fetch) => Promise<unknown>;

/**
 * With these a proxy answers in place of the server behind it. Any other, such as 404, could be another program's. The first
 * are of proxies that did not pass the request on. After the others nobody knows.
 */
const notPassedOn = /^4(1[34]|29|31)$/;
const maybePassedOn = /^(4(0[378]|99)|50[234]|511|52\d|530)$/;

export function createCall({ origin, accessKey, timeoutMs }: CallSettings): Call {
  return async function call(row, given, send) {
    const option = <Value>(name: string) => (given[name] ?? undefined) as Value | undefined;
    const environment = option<string>('environment');
    const requestId = option<string>('requestId');
    const writes = isWrite(row);
    const idempotencyKey = writes ? (option<string>('idempotencyKey') ?? crypto.randomUUID()) : undefined;
    const context = { origin, requestId: requestId ?? crypto.randomUUID(), environment, idempotencyKey };
    /** What is not known of a write is unknown: a request that has left is up to the BFF. */
    const failed = (facts: ClientErrorFacts) =>
      new ClientError({ ...context, ...facts, outcome: writes ? (facts.outcome ?? 'unknown') : undefined });
    const { path, sent } = requestOf(row, given, (issues) => {
      const message = sentences(issues).join('\n');
      throw failed({ reason: 'invalid', message, issues, requestId: requestId ?? '', outcome: 'not_sent' });
    });
    const signal = option<AbortSignal>('signal');
    const cancelled = (outcome: 'not_sent' | 'unknown', cause: unknown) =>
      failed({ reason: 'cancelled', message: 'The call was cancelled.', outcome, cause });
    if (signal?.aborted) throw cancelled('not_sent', signal.reason);

    const sendingMs = Math.ceil(((sent?.length ?? 0) * 2) / slowestBytesPerMs);
    const longestMs = Math.min((option<number>('timeoutMs') ?? timeoutMs) + sendingMs, longestTimeoutMs);
    const timeout = AbortSignal.timeout(longestMs);
    const header = (name: string, value: string | undefined) => value !== undefined && { [name]: value };
    let response: Response;
    let text: string;
    try {
      response = await send(origin + path, {
        method: row.method,
        headers: {
          accept: 'application/json',
          'x-request-id': context.requestId,
          ...header('authorization', accessKey && `Bearer ${accessKey}`),
          ...header('content-type', sent && 'application/json'),
          ...header('x-confirm-environment', isConfirmed(row) ? headerWord(option('confirm')) : undefined),
          ...header('x-pearsana-import', writes ? headerWord(option('importId')) : undefined),
          // A string of a structured field, which has the same escapes as JSON here.
          ...header('idempotency-key', idempotencyKey && JSON.stringify(idempotencyKey)),
        },
        ...(sent !== undefined && { body: sent }),
        // A redirect would take the key to another place. Workers at the edge know no “error”.
        redirect: 'manual',
        credentials: 'omit',
        // Some of them know no cache either, and refuse the word.
        ...(typeof Request === 'function' && 'cache' in Request.prototype && { cache: 'no-store' }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (cause) {
      if (signal?.aborted) throw cancelled('unknown', cause);
      throw timeout.aborted
        ? failed({
            ...{ reason: 'timeout', cause },
            message: `The BFF at ${origin} did not answer within ${longestMs / 1000} s.`,
          })
        : failed({ reason: 'unreachable', message: `The BFF at ${origin} could not be reached.`, cause });
    }

    const { status } = response;
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      const message = `The BFF at ${origin} could not be reached: the address redirects elsewhere. Use the BFF’s own address.`;
      throw failed({ reason: 'unreachable', message, status: status || undefined });
    }
    const retryAfterSeconds = secondsIn(response.headers.get('retry-after') ?? '');
    const answered = parseJson(text);
    function read<Contract extends z.ZodMiniType>(contract: Contract): z.output<Contract> {
      const parsed = contract.safeParse(answered);
      if (parsed.success) return parsed.data;
      const kept = notPassedOn.test(`${status}`);
      if (kept || maybePassedOn.test(`${status}`)) {
        const message = `A proxy in front of the BFF at ${origin} answered in its place, with status ${status}${proxyWords(status)}.`;
        const outcome = kept ? 'not_sent' : 'unknown';
        throw failed({ reason: 'proxy', message, status, retryAfterSeconds, outcome });
      }
      const type = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
      const where = parsed.error.issues.map((each) => each.path.join('.') || 'the body itself').slice(0, 5);
      const message = `${origin} is not a Pearsana BFF, or is an incompatible version (status ${status}, ${type}; unexpected at: ${where.join(', ')}).`;
      throw failed({ reason: 'contract', message, status });
    }
    if (!response.ok) {
      const failure = read(failureBody).error;
      const { issues } = foundIssues.safeParse(failure.details).data ?? {};
      const { message, outcome } = failure;
      throw failed({ reason: 'refused', message, status, failure, issues, retryAfterSeconds, outcome });
    }
    const answer = read(row.access === 'grant' ? successOf(row) : row.answer);
    if (environment !== undefined && answer.environment !== environment) {
      const message = `You called the environment “${environment}”, but the answer came from “${answer.environment ?? 'none'}”. Do not rely on it, and tell your BFF administrator.`;
      throw failed({ reason: 'environment', message, environment, requestId: answer.requestId });
    }
    return writes ? { ...answer, replayed: response.headers.get('idempotent-replayed') === 'true' } : answer;
  };
}

function proxyWords(status: number): string {
  if (status === 413)
    return ': the request is too large for it. Ask your BFF administrator to raise its limit';
  if (status === 429) return ': too many requests. Wait before you try again';
  return status < 500 ? '' : ': the BFF did not answer it. If this persists, tell your BFF administrator';
}

/** The `details` of `VALIDATION_ERROR`. */
const foundIssues = z.object({ issues: z.array(issue) });

/** Fetch would trim it, or fail as if nothing were reachable: what is no word is for the BFF to refuse. */
function headerWord(text: string | undefined): string | undefined {
  return text?.replace(/[^!-~]/g, '?');
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function secondsIn(retryAfter: string): number | undefined {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  return /GMT$/.test(retryAfter) ? Math.max(0, (Date.parse(retryAfter) - Date.now()) / 1_000) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
