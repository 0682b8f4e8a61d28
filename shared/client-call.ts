import * as z from 'zod/mini';
import {
  type GivenOptions,
  longestTimeoutMs,
  present,
  requestOf,
  type SharedCallOptions,
  type WriteOptions,
} from './call-request.ts';
import { ClientError, type ClientErrorFacts } from './client-error.ts';
import { slowestBytesPerMs } from './documents.ts';
import { type EndpointRow, isConfirmed, isWrite } from './endpoint-row.ts';
import { failureBody, issue } from './errors.ts';
import { neverConnected } from './never-connected.ts';
import { successOf } from './operations.ts';
import { sentences } from './validate.ts';

export type CallSettings = { origin: string; accessKey: string | undefined; timeoutMs: number };

/** Sends a request, as `fetch` does. */
export type Send = (
  url: string,
  init: RequestInit & { method: string; headers: Readonly<Record<string, string>> },
) => Promise<Response>;

/** Makes the call of a row. It fails with a {@link ClientError}. */
export type Call = (row: EndpointRow, given: GivenOptions, send: Send) => Promise<unknown>;

/** The options that a call itself reads. Nothing is sent before they are checked. */
export type KnownOptions = SharedCallOptions & WriteOptions & { environment?: string | undefined };

/**
 * With these a proxy answers in place of the server behind it. Any other, such as 404, could be another program's. The first
 * are of proxies that did not pass the request on. After the others nobody knows.
 */
const notPassedOn = /^4(1[34]|29|31)$/;
const maybePassedOn = /^(4(0[378]|60|99)|50[234]|511|52\d|530)$/;

/** @param ownHeaders headers for every request, beside those of the call */
export function createCall(settings: CallSettings, ownHeaders: Readonly<Record<string, string>> = {}): Call {
  const { origin, accessKey } = settings;
  return async function call(row, given, send) {
    const options = given as KnownOptions;
    const { environment, signal, timeoutMs = settings.timeoutMs } = options;
    const { requestId = crypto.randomUUID(), idempotencyKey: key = crypto.randomUUID() } = options;
    const writes = isWrite(row);
    const idempotencyKey = writes ? key : undefined;
    /** What is not known of a write is unknown: a request that has left is up to the BFF. */
    const failed = ({ outcome = 'unknown', ...facts }: ClientErrorFacts) =>
      new ClientError({
        ...{ origin, requestId, environment, idempotencyKey },
        ...facts,
        outcome: writes ? outcome : undefined,
      });
    const unsent = (facts: ClientErrorFacts) =>
      failed({ ...facts, requestId: `${options.requestId ?? ''}`, outcome: 'not_sent' });
    const { path, sent } = requestOf(row, given, (issues) => {
      throw unsent({ reason: 'invalid', message: sentences(issues).join('\n'), issues });
    });
    const cancelled = { reason: 'cancelled', message: 'The call was cancelled.' } as const;
    if (signal?.aborted) throw unsent({ ...cancelled, cause: signal.reason });

    const sendingMs = Math.ceil(((sent?.length ?? 0) * 2) / slowestBytesPerMs);
    const longestMs = Math.min(timeoutMs + sendingMs, longestTimeoutMs);
    const timeout = AbortSignal.timeout(longestMs);
    let response: Response;
    let text: string;
    try {
      response = await send(origin + path, {
        method: row.method,
        headers: present({
          accept: 'application/json',
          'x-request-id': requestId,
          ...ownHeaders,
          authorization: accessKey && `Bearer ${accessKey}`,
          'content-type': sent && 'application/json',
          'x-confirm-environment': isConfirmed(row) ? headerWord(options.confirm) : undefined,
          'x-pearsana-import': writes ? headerWord(options.importId) : undefined,
          // A string of a structured field, which has the same escapes as JSON here.
          'idempotency-key': writes ? JSON.stringify(key) : undefined,
        }),
        body: sent ?? null,
        // A redirect would take the key to another place. Workers at the edge know no “error”.
        redirect: 'manual',
        credentials: 'omit',
        // Some of them know no cache either, and refuse the word.
        ...(typeof Request === 'function' && 'cache' in Request.prototype && { cache: 'no-store' }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (cause) {
      if (signal?.aborted) throw failed({ ...cancelled, cause });
      throw timeout.aborted
        ? failed({
            ...{ reason: 'timeout', cause },
            message: `The BFF at ${origin} did not answer within ${longestMs / 1000} s.`,
          })
        : failed({
            ...{ reason: 'unreachable', cause },
            message: `The BFF at ${origin} could not be reached.`,
            outcome: neverConnected(cause) ? 'not_sent' : undefined,
          });
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
