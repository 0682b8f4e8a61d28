import type { GivenOptions } from '../shared/call-request.ts';
import { callSettings, methodsOf, sender } from '../shared/client.ts';
import { createCall } from '../shared/client-call.ts';
import { ClientError } from '../shared/client-error.ts';
import { type EndpointRow, isWrite } from '../shared/endpoint-row.ts';
import { endpoints } from '../shared/endpoints.ts';
import { type ActivityOfOptions, activityPages } from './activity-pages.ts';
import { withFiles } from './file-content.ts';
import type { ActivityEntry, ClientMethods } from './methods.ts';
import type { ClientOptions } from './options.ts';
import { isRetryCount, pause, type RetryTiming, retryCountWords, waitBeforeRetry } from './retries.ts';
import { clientVersion } from './version.ts';
import { watchTry } from './watch-try.ts';

/** A client of the BFF: one method for each row of its table, and the pages of the activity as one list. */
export interface Client extends ClientMethods {
  /**
   * Your own writes, newest first, with as many pages as you use: `for await (const write of client.activityOf(options))`. It
   * takes the options of `activity`, and `limit`.
   */
  activityOf: (options: ActivityOfOptions) => AsyncGenerator<ActivityEntry, void, undefined>;
}

/**
 * Makes a client of the BFF. It needs only `fetch`, so it runs in Node, in browsers and in workers.
 * @throws TypeError if an option is wrong: `baseUrl` is not https (or http on loopback) with scheme, host and port alone,
 *   `accessKey` cannot be sent in a header, or `timeoutMs` or `maxRetries` is out of range.
 */
export function createClient(options: ClientOptions): Client {
  return createTimedClient(options, { pause, random: Math.random });
}

/** The same with another clock, for tests. */
export function createTimedClient(options: ClientOptions, timing: RetryTiming): Client {
  const settings = callSettings(options);
  const { maxRetries = 2 } = options;
  if (!isRetryCount(maxRetries)) throw new TypeError(`maxRetries ${retryCountWords}.`);
  const call = createCall(settings);
  const send = named(settings.origin, sender(options));

  /** Makes a call, as often as that is safe and may help. */
  async function callRow(row: EndpointRow, given: GivenOptions, operation: string): Promise<unknown> {
    const refuse = invalidIn(settings.origin, row, given);
    if (!isRetryCount(given.maxRetries ?? 0)) throw refuse('maxRetries', retryCountWords);
    // The rows of an import have a loop of their own, which knows them all.
    const most = given.importId === undefined ? Number(given.maxRetries ?? maxRetries) : 0;
    const withText = await withFiles(row, given).catch((cause) => {
      throw refuse('file', 'cannot be read', cause);
    });
    // Every try has the same key.
    const key = isWrite(row) && { idempotencyKey: given.idempotencyKey ?? crypto.randomUUID() };
    for (let attempt = 1; ; attempt += 1) {
      const watched = watchTry(options, { operation, attempt, environment: given.environment }, send);
      try {
        const answer = await call(row, { ...withText, ...key }, watched.send);
        watched.ended();
        return answer;
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        const waitMs = attempt <= most ? waitBeforeRetry(row, error, attempt, timing.random) : undefined;
        watched.ended(error, waitMs);
        if (waitMs === undefined) throw error;
        await timing.pause(waitMs, given.signal as AbortSignal | undefined, error);
      }
    }
  }

  // The methods have the types of their rows, except that a file need not be text.
  const methods = methodsOf(endpoints, callRow) as unknown as ClientMethods;
  return {
    ...methods,
    activityOf: (given) =>
      activityPages(methods.activity, given, invalidIn(settings.origin, endpoints.activity, { ...given })),
  };
}

/** Makes the error for an option that only this package knows. */
function invalidIn(origin: string, row: EndpointRow, { environment, requestId }: GivenOptions) {
  return (path: string, message: string, cause?: unknown) =>
    new ClientError({
      ...{ reason: 'invalid', origin, message: `${path}: ${message}`, issues: [{ path, message }], cause },
      ...(typeof environment === 'string' && { environment }),
      ...(typeof requestId === 'string' && { requestId }),
      ...(isWrite(row) && { outcome: 'not_sent' }),
    });
}

/** Tells the BFF which client this is; but not from a page of another origin, whose preflight an older BFF would refuse. */
function named(origin: string, send: typeof fetch): typeof fetch {
  const page = globalThis.location?.origin;
  if (page !== undefined && page !== origin) return send;
  const name = { 'x-pearsana-client': `pearsana-partner-client/${clientVersion}` };
  return (input, init) => send(input, { ...init, headers: { ...(init?.headers as object), ...name } });
}
