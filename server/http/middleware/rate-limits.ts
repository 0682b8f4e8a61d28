import { hash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { isWrite } from '../../../shared/endpoint-row.ts';
import { BffError } from '../../bff-error.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import { createRateStore, secondsUntil } from './rate-store.ts';

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
    (isRow ? importRows : requests).count(response);
    next();
  };
}

/**
 * Takes one write from the caller's budget for this minute. It is called once a write is really about to be sent, so that
 * replays and refusals cost nothing.
 * @returns gives it back, where it turns out that nothing was sent.
 * @throws BffError `RATE_LIMITED` where nothing is left.
 */
export type SpendWrite = (response: Response, environment: Pick<EnvironmentFacts, 'protected'>) => () => void;

/** A third of a caller's requests may be writes, and a sixth writes to protected environments: these reach people. */
export function createWriteBudget(perMinute: number): SpendWrite {
  const writes = limitClass('writes-per-caller', { one: 'write', many: 'writes' }, perMinute / 3);
  const protectedWrites = limitClass(
    'protected-writes-per-caller',
    { one: 'write to a protected environment', many: 'writes to protected environments' },
    perMinute / 6,
  );

  return function spendWrite(response, environment) {
    const { count, giveBack } = environment.protected ? protectedWrites : writes;
    count(response);
    return () => giveBack(response);
  };
}

type LimitClass = {
  /** @throws BffError `RATE_LIMITED` where nothing is left. */
  count: (response: Response) => void;
  giveBack: (response: Response) => void;
};

/**
 * Counts at once: `express-rate-limit`, which limits addresses, awaits each of its parts, and cannot give anything back. The
 * headers of draft 8 say how many are left, for each class that counted the request.
 */
function limitClass(policy: string, words: { one: string; many: string }, perMinute: number): LimitClass {
  const store = createRateStore(minuteMs);
  const most = Math.max(1, Math.floor(perMinute));

  return {
    count(response) {
      const caller = callerIn(response);
      const { totalHits, resetTime } = store.increment(caller);
      const seconds = secondsUntil(resetTime);
      response.appendHeader('RateLimit', `"${policy}"; r=${Math.max(0, most - totalHits)}; t=${seconds}`);
      const partition = partitionKeys.memo(caller);
      response.appendHeader(
        'RateLimit-Policy',
        `"${policy}"; q=${most}; w=${minuteMs / 1_000}; pk=:${partition}:`,
      );
      if (totalHits <= most) return;
      const message = `You sent more than ${most} ${most === 1 ? words.one : words.many} in a minute. Try again in ${seconds} s.`;
      throw BffError.of('RATE_LIMITED', message, { retryAfterSeconds: seconds });
    },
    giveBack: (response) => store.decrement(callerIn(response)),
  };
}

/** Tells a caller's limits from those of others, without naming the caller. */
const partitionKeys = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (caller) => Buffer.from(hash('sha256', caller, 'hex').slice(0, 12)).toString('base64'),
});

function callerIn({ locals }: Response): string {
  return locals.context.caller?.id ?? 'nobody';
}
