import type { NextFunction, Request, Response } from 'express';
import { ipKeyGenerator, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { BffError } from '../../bff-error.ts';
import type { IdentifyCaller } from '../../callers/caller.ts';
import type { IdentifySession } from './session-check.ts';

const minuteMs = 60_000;
/** A key has 256 bits, so this is about noise in the log and about keys that people choose. */
const wrongKeysPerMinute = 20;

/** Finds out who is calling, and stops an address that has shown too many wrong keys. Only wrong keys count. */
export function authenticate(identify: IdentifyCaller, identifySession?: IdentifySession) {
  const wrongKeys: RateLimitRequestHandler = rateLimit({
    windowMs: minuteMs,
    limit: wrongKeysPerMinute,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: addressOf,
    // The library says how long to wait only beside its other headers, which would count a guesser's tries for him.
    handler: async (request, _response, next) => {
      const end = (await wrongKeys.getKey(addressOf(request)))?.resetTime?.getTime() ?? Date.now() + minuteMs;
      const seconds = Math.max(1, Math.ceil((end - Date.now()) / 1000));
      const message = `Too many wrong access keys from this address. Try again in ${seconds} s.`;
      next(BffError.of('RATE_LIMITED', message, { retryAfterSeconds: seconds }));
    },
  });

  /** Until then some address may be stopped; a minute without any wrong key leaves nothing to look at. */
  let wrongKeysUntil = Number.NEGATIVE_INFINITY;

  async function isBlocked(address: string): Promise<boolean> {
    const seen = await wrongKeys.getKey(address);
    return seen !== undefined && seen.totalHits >= wrongKeysPerMinute;
  }

  return async function authenticateCaller(
    request: Request,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const authorization = request.headers.authorization;
    if (authorization === undefined) {
      // Only here: whoever sends a key is who that key says, whatever cookie a browser adds.
      const caller = identifySession?.(request);
      if (!caller)
        throw unauthorized(
          `An access key is missing: send it as “Authorization: Bearer …”${identifySession ? ', or sign in at /auth/login in a browser' : ''}.`,
        );
      response.locals.context.caller = caller;
      next();
      return;
    }
    // The count is looked at first and only raised for a wrong key: good callers, however many, leave it alone.
    const blocked = performance.now() < wrongKeysUntil && (await isBlocked(addressOf(request)));
    const caller = blocked ? undefined : identify(authorization);
    if (caller) {
      response.locals.context.caller = caller;
      next();
      return;
    }
    wrongKeysUntil = performance.now() + minuteMs;
    await wrongKeys(request, response, (error?: unknown) => {
      next(
        error ??
          unauthorized(
            'The access key is not valid. Use the one that the BFF printed at its start and keeps in its data directory (access-key), or ask whoever runs it.',
          ),
      );
    });
  };
}

function unauthorized(message: string): BffError {
  return BffError.of('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}

export function addressOf(request: Request): string {
  // An IPv6 customer has a whole network: one address of it is not one guesser.
  return ipKeyGenerator(request.ip ?? request.socket.remoteAddress ?? 'unknown');
}
