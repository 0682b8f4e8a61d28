import type { NextFunction, Request, Response } from 'express';
import { ipKeyGenerator, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { BffError } from '../bff-error.ts';
import type { IdentifyCaller } from '../callers/access-key.ts';

const minuteMs = 60_000;
/** A key has 256 bits, so this is about noise in the log and about keys that people choose. */
const wrongKeysPerMinute = 20;

/** So many requests a minute for each caller, whatever address it comes from; draft-8 headers say how many are left. */
export function limitCallers(perMinute: number) {
  return rateLimit({
    windowMs: minuteMs,
    limit: perMinute,
    identifier: 'per-caller',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_request, response) => response.locals.context.caller?.id ?? 'nobody',
    handler: (_request, response, next) => {
      next(
        BffError.of('RATE_LIMITED', `More than ${perMinute} requests in a minute. ${waitWords(response)}`),
      );
    },
  });
}

/** Finds out who is calling, and stops an address that has shown too many wrong keys. Only wrong keys count. */
export function authenticate(identify: IdentifyCaller) {
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
      throw unauthorized('An access key is missing: send it as “Authorization: Bearer …”.');
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
            'The access key is not valid. Sign in with the key that the BFF printed at its start, or ask whoever runs it.',
          ),
      );
    });
  };
}

function unauthorized(message: string): BffError {
  return BffError.of('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}

function addressOf(request: Request): string {
  // An IPv6 customer has a whole network: one address of it is not one guesser.
  return ipKeyGenerator(request.ip ?? request.socket.remoteAddress ?? 'unknown');
}

function waitWords(response: Response): string {
  const seconds = response.getHeader('Retry-After');
  return seconds === undefined ? 'Try again in a minute.' : `Try again in ${seconds} s.`;
}
