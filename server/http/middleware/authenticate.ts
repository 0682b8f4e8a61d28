import type { NextFunction, Request, Response } from 'express';
import { loginPath } from '../../../shared/sign-in.ts';
import { BffError } from '../../bff-error.ts';
import type { AccessKeys } from '../../callers/access-keys.ts';
import type { Caller } from '../../callers/caller.ts';
import { limitAddresses } from './limit-addresses.ts';
import type { RequestContext } from './request-context.ts';
import type { IdentifySession } from './session-check.ts';

/** How a key is checked: where `identify` knows nobody, `seek` asks further, if there is anybody to ask. */
export type KeyChecks = Pick<AccessKeys, 'identify' | 'seek'>;

/** A key has 256 random bits, so the limit only keeps guessers from filling the log and taking up the BFF's time. */
const wrongKeysPerMinute = 20;

/**
 * Finds out who is calling. The key is checked before the limit, so that a valid key always passes, even if the same address
 * has sent wrong ones: many callers may share an address.
 */
export function authenticate({ identify, seek }: KeyChecks, identifySession?: IdentifySession) {
  const limitWrongKeys = limitAddresses(
    wrongKeysPerMinute,
    (seconds) =>
      `Too many wrong access keys from this address. Try again in ${seconds} s; a valid key still works.`,
  );

  function refuseKey(request: Request, response: Response, next: NextFunction): void {
    limitWrongKeys(request, response, (error?: unknown) => {
      next(
        error ??
          unauthorized(
            'The access key is not valid. It may be incomplete, expired or revoked. Check it, or ask your BFF administrator for a new one.',
          ),
      );
    });
  }

  async function authenticateSession(
    request: Request,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const caller = await identifySession?.(request);
    if (!caller)
      throw unauthorized(
        `An access key is missing. Send it in the header “Authorization: Bearer …”${identifySession ? `, or sign in at ${loginPath} in a browser` : ''}.`,
      );
    knowCaller(response, caller, () => identifySession?.(request));
    next();
  }

  return function authenticateCaller(
    request: Request,
    response: Response,
    next: NextFunction,
  ): void | Promise<void> {
    const authorization = request.headers.authorization;
    // Only without a key: if there is one, it decides, whatever cookie a browser adds.
    if (authorization === undefined) return authenticateSession(request, response, next);
    const caller = identify(authorization);
    if (caller) {
      knowCaller(response, caller, () => identify(authorization));
      next();
      return;
    }
    if (!seek) {
      refuseKey(request, response, next);
      return;
    }
    return seek(authorization).then((found) => {
      if (!found) return refuseKey(request, response, next);
      knowCaller(response, found, () => identify(authorization) ?? seek(authorization));
      next();
    });
  };
}

function knowCaller(
  response: Response,
  caller: Caller,
  identifyAgain: NonNullable<RequestContext['identifyAgain']>,
): void {
  const { context } = response.locals;
  context.caller = caller;
  context.identifyAgain = identifyAgain;
}

function unauthorized(message: string): BffError {
  return BffError.of('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
