import { hash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { type RateLimitInfo, rateLimit } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import { isWrite } from '../../../shared/endpoint-row.ts';
import { BffError } from '../../bff-error.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { createRateStore } from './rate-store.ts';

const minuteMs = 60_000;

/** Requests in a minute for each caller: all of them, and those that are rows of imports. */
export type PerMinute = { requests: number; importRows: number };

/**
 * Limits the requests of each caller in a minute, from whatever address: every request counts, whatever comes of it. Rows
 * of imports count apart, since they have a pace of their own.
 */
export function limitCallers(perMinute: PerMinute) {
  const requests = limitClass('per-caller', { one: 'request', many: 'requests' }, perMinute.requests);
  // An import may send this many rows at its pace, and the caller may send some of them again.
  const mostRows = perMinute.requests + perMinute.importRows;
  const rowWords = { one: 'row of an import', many: 'rows of imports' };
  const importRows = limitClass('import-rows-per-caller', rowWords, mostRows);

  return function limitCaller(request: Request, response: Response, next: NextFunction) {
    const row = response.locals.context.asked?.endpoint?.row;
    const isRow = request.headers['x-pearsana-import'] !== undefined && row !== undefined && isWrite(row);
    return (isRow ? importRows : requests).limit(request, response, next);
  };
}

/**
 * Takes one write from the caller's budget for this minute. It is called once a write is really about to be sent, so that
 * replays and refusals cost nothing.
 * @returns gives it back, where it turns out that nothing was sent.
 * @throws BffError `RATE_LIMITED` where nothing is left.
 */
export type SpendWrite = (
  request: Request,
  response: Response,
  environment: Pick<EnvironmentFacts, 'protected'>,
) => Promise<() => void>;

/** A third of a caller's requests may be writes, and a sixth writes to protected environments: these reach people. */
export function createWriteBudget(perMinute: number): SpendWrite {
  const writes = limitClass('writes-per-caller', { one: 'write', many: 'writes' }, perMinute / 3);
  const protectedWrites = limitClass(
    'protected-writes-per-caller',
    { one: 'write to a protected environment', many: 'writes to protected environments' },
    perMinute / 6,
  );

  return async function spendWrite(request, response, environment) {
    const { limit, store } = environment.protected ? protectedWrites : writes;
    await new Promise<void>((resolve, reject) => {
      limit(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
    return () => store.decrement(callerIn(response));
  };
}

type LimitClass = {
  limit: (request: Request, response: Response, next: NextFunction) => unknown;
  store: ReturnType<typeof createRateStore>;
};

/** The headers of draft 8 say how many are left, for each class that counted the request. */
function limitClass(policy: string, words: { one: string; many: string }, perMinute: number): LimitClass {
  const store = createRateStore(minuteMs);
  const most = Math.max(1, Math.floor(perMinute));
  const limitRequest = rateLimit({
    windowMs: minuteMs,
    limit: most,
    // Its own ones take longer than all the rest, since they have a digest computed for each request.
    standardHeaders: false,
    legacyHeaders: false,
    store,
    // It looks for mistakes in our code, and would remember each request for that.
    validate: { singleCount: false },
    keyGenerator: (_request, response) => callerIn(response),
    handler: (request, response, next) => {
      const seconds = tellLimit(request, response);
      const message = `You sent more than ${most} ${most === 1 ? words.one : words.many} in a minute. Try again in ${seconds} s.`;
      next(BffError.of('RATE_LIMITED', message, { retryAfterSeconds: seconds }));
    },
  });

  /** @returns the seconds until the caller's window ends. */
  function tellLimit(request: Request, response: Response): number {
    const { remaining, resetTime, key } = (request as Request & { rateLimit: RateLimitInfo }).rateLimit;
    const seconds = Math.max(1, Math.ceil((Number(resetTime) - Date.now()) / 1_000));
    response.appendHeader('RateLimit', `"${policy}"; r=${remaining}; t=${seconds}`);
    const partition = partitionKeys.memo(key);
    response.appendHeader(
      'RateLimit-Policy',
      `"${policy}"; q=${most}; w=${minuteMs / 1_000}; pk=:${partition}:`,
    );
    return seconds;
  }

  function limit(request: Request, response: Response, next: NextFunction) {
    return limitRequest(request, response, (error?: unknown) => {
      if (error === undefined) tellLimit(request, response);
      next(error);
    });
  }
  return { limit, store };
}

/** Tells a caller's limits from those of others, without naming the caller. */
const partitionKeys = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (caller) => Buffer.from(hash('sha256', caller, 'hex').slice(0, 12)).toString('base64'),
});

function callerIn(response: { locals: Response['locals'] }): string {
  return response.locals.context.caller?.id ?? 'nobody';
}
