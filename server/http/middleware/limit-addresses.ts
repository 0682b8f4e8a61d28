import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { BffError } from '../../bff-error.ts';
import { addressOf } from './client-address.ts';
import { createRateStore, secondsUntil } from './rate-store.ts';

const minuteMs = 60_000;

/**
 * Limits the requests from one address in a minute.
 * @param words what is said to whoever sends more, and must wait for so many seconds.
 */
export function limitAddresses(most: number, words: (seconds: number) => string): RequestHandler {
  const store = createRateStore(minuteMs);
  return rateLimit({
    windowMs: minuteMs,
    limit: most,
    // They would tell a guesser how many tries are left.
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: addressOf,
    store,
    // The library sets Retry-After only together with its other headers.
    handler: (request, _response, next) => {
      const seconds = secondsUntil(store.get(addressOf(request))?.resetTime ?? new Date());
      next(BffError.of('RATE_LIMITED', words(seconds), { retryAfterSeconds: seconds }));
    },
  });
}
