import { type GivenOptions, retriesCheck } from '../shared/call-request.ts';
import { callSettings, methodsOf, requireOption, sender } from '../shared/client.ts';
import { createCall, type KnownOptions } from '../shared/client-call.ts';
import type { ClientError } from '../shared/client-error.ts';
import { type EndpointRow, isWrite } from '../shared/endpoint-row.ts';
import { endpoints } from '../shared/endpoints.ts';
import { type ActivityOfOptions, activityPages } from './activity-pages.ts';
import { withFiles } from './file-content.ts';
import type { ActivityEntry, ClientMethods } from './methods.ts';
import type { ClientOptions, WriteOptions } from './options.ts';
import { pause, type RetryTiming, waitBeforeRetry } from './retries.ts';
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
  requireOption('maxRetries', maxRetries, retriesCheck);
  const call = createCall(settings, nameFor(settings.origin));
  const send = sender(options);

  /** Makes a call, as often as that is safe and may help. */
  async function callRow(row: EndpointRow, given: GivenOptions, operation: string): Promise<unknown> {
    const known = given as KnownOptions & WriteOptions;
    const { environment, signal, importId, idempotencyKey = crypto.randomUUID() } = known;
    // The rows of an import have a loop of their own, which knows them all.
    const most = importId === undefined ? (known.maxRetries ?? maxRetries) : 0;
    // Every try has the same key and the same files.
    const asked = { ...(await withFiles(row, given)), ...(isWrite(row) && { idempotencyKey }) };
    for (let attempt = 1; ; attempt += 1) {
      const watched = watchTry(options, { operation, environment, attempt }, send);
      try {
        const answer = await call(row, asked, watched.send);
        watched.ended();
        return answer;
      } catch (error) {
        // A call fails with nothing else.
        const failed = error as ClientError;
        const waitMs = attempt > most ? undefined : waitBeforeRetry(row, failed, attempt, timing.random);
        watched.ended(failed, waitMs);
        if (waitMs === undefined) throw failed;
        await timing.pause(waitMs, signal, failed);
      }
    }
  }

  // The methods have the types of their rows, except that a file need not be text.
  const methods = methodsOf(endpoints, callRow) as unknown as ClientMethods;
  return { ...methods, activityOf: (given) => activityPages(methods.activity, given) };
}

/** Tells the BFF which client this is; but not from a page of another origin, whose preflight an older BFF would refuse. */
function nameFor(origin: string): Record<string, string> {
  if ((globalThis.location?.origin ?? origin) !== origin) return {};
  return { 'x-pearsana-client': `pearsana-partner-client/${clientVersion}` };
}
