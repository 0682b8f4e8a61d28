import type { NextFunction, Request, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { loginPath } from '../../../shared/sign-in.ts';
import { BffError } from '../../bff-error.ts';
import type { Caller, IdentifyCaller } from '../../callers/caller.ts';
import { addressOf } from './client-address.ts';
import { createRateStore } from './rate-store.ts';
import type { IdentifySession } from './session-check.ts';

const minuteMs = 60_000;
/** A key has 256 random bits, so the limit only keeps guessers from filling the log and taking up the BFF's time. */
const wrongKeysPerMinute = 20;

/**
 * Finds out who is calling. The key is checked before the limit, so that a valid key always passes, even if the same address
 * has sent wrong ones: many callers may share an address.
 */
export function authenticate(identify: IdentifyCaller, identifySession?: IdentifySession) {
  const store = createRateStore(minuteMs);
  const limitWrongKeys = rateLimit({
    windowMs: minuteMs,
    limit: wrongKeysPerMinute,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: addressOf,
    store,
    // The library sets Retry-After only together with its other headers, which would tell a guesser their remaining tries.
    handler: (request, _response, next) => {
      const end = store.get(addressOf(request))?.resetTime?.getTime() ?? Date.now();
      const seconds = Math.max(1, Math.ceil((end - Date.now()) / 1_000));
      const message = `Too many wrong access keys from this address. Try again in ${seconds} s; a valid key still works.`;
      next(BffError.of('RATE_LIMITED', message, { retryAfterSeconds: seconds }));
    },
  });

  return function authenticateCaller(request: Request, response: Response, next: NextFunction): void {
    const authorization = request.headers.authorization;
    if (authorization === undefined) {
      // Only without a key: if there is one, it decides, whatever cookie a browser adds.
      const caller = identifySession?.(request);
      if (!caller)
        throw unauthorized(
          `An access key is missing. Send it in the header “Authorization: Bearer …”${identifySession ? `, or sign in at ${loginPath} in a browser` : ''}.`,
        );
      knowCaller(response, caller, () => identifySession?.(request));
      next();
      return;
    }
    const caller = identify(authorization);
    if (caller) {
      knowCaller(response, caller, () => identify(authorization));
      next();
      return;
    }
    limitWrongKeys(request, response, (error?: unknown) => {
      next(
        error ??
          unauthorized(
            'The access key is not valid. It may be incomplete, expired or revoked. Check it, or ask your BFF administrator for a new one.',
          ),
      );
    });
  };
}

function knowCaller(response: Response, caller: Caller, identifyAgain: () => Caller | undefined): void {
  const { context } = response.locals;
  context.caller = caller;
  context.identifyAgain = identifyAgain;
}

function unauthorized(message: string): BffError {
  return BffError.of('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
