import type { NextFunction, Request, Response } from 'express';
import { type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { rateClassOf } from '../../../shared/endpoint-row.ts';
import { BffError } from '../../bff-error.ts';
import { isGranted } from '../../callers/grants.ts';
import { createRateStore } from './rate-store.ts';
import type { RequestContext } from './request-context.ts';

const minuteMs = 60_000;

/** What one caller may do in a minute: a read is cheap, a write reaches a person. Parts of `RATE_LIMIT_PER_MINUTE`. */
const rateClasses = {
  reads: { part: 1, policy: 'per-caller', words: 'requests' },
  writes: { part: 1 / 3, policy: 'writes-per-caller', words: 'writes' },
  protectedWrites: {
    part: 1 / 6,
    policy: 'protected-writes-per-caller',
    words: 'writes to protected environments',
  },
} as const;
type RateClass = keyof typeof rateClasses;

/** So many requests of a class a minute for each caller, whatever address it comes from. What is denied counts too. */
export function limitCallers(perMinute: number, isProtected: (environment: string) => boolean) {
  const limits: Record<RateClass, RateLimitRequestHandler> = {
    reads: limitClass('reads', perMinute),
    writes: limitClass('writes', perMinute),
    protectedWrites: limitClass('protectedWrites', perMinute),
  };

  function classOf({ asked, caller }: RequestContext): RateClass {
    const { endpoint, parameters } = asked ?? {};
    if (!endpoint || !caller || rateClassOf(endpoint.row) !== 'writes') return 'reads';
    const environment = parameters?.environment ?? '';
    // Who may not write there is not told, by a smaller number, that there is something to protect.
    return isProtected(environment) && isGranted(caller, environment, endpoint.name)
      ? 'protectedWrites'
      : 'writes';
  }

  return function limitCaller(request: Request, response: Response, next: NextFunction) {
    return limits[classOf(response.locals.context)](request, response, next);
  };
}

/** Draft-8 headers say how many are left. */
function limitClass(name: RateClass, perMinute: number): RateLimitRequestHandler {
  const { part, policy, words } = rateClasses[name];
  const limit = Math.max(1, Math.floor(perMinute * part));
  return rateLimit({
    windowMs: minuteMs,
    limit,
    identifier: policy,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: createRateStore(minuteMs),
    keyGenerator: (_request, response) => response.locals.context.caller?.id ?? 'nobody',
    handler: (_request, response, next) => {
      next(
        BffError.of(
          'RATE_LIMITED',
          `You sent more than ${limit} ${words} in a minute. ${waitWords(response)}`,
        ),
      );
    },
  });
}

function waitWords(response: Response): string {
  const seconds = response.getHeader('Retry-After');
  return seconds === undefined ? 'Try again in a minute.' : `Try again in ${seconds} s.`;
}
