import type { NextFunction, Request, Response } from 'express';
import { type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { rateClassOf } from '../../../shared/endpoint-row.ts';
import { BffError } from '../../bff-error.ts';
import { isGranted } from '../../callers/grants.ts';
import { createRateStore } from './rate-store.ts';
import type { RequestContext } from './request-context.ts';

const minuteMs = 60_000;

/** How much of `RATE_LIMIT_PER_MINUTE` each class gets: a read is cheap, but a write reaches a person. */
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

/** Limits the requests of each caller in a minute, by class, from whatever address. Denied requests count too. */
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
    // A caller without the grant must not learn from a smaller limit that the environment is protected.
    return isProtected(environment) && isGranted(caller, environment, endpoint.name)
      ? 'protectedWrites'
      : 'writes';
  }

  return function limitCaller(request: Request, response: Response, next: NextFunction) {
    return limits[classOf(response.locals.context)](request, response, next);
  };
}

/** The headers of draft 8 say how many requests are left. */
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
