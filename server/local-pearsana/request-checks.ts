import express, { type NextFunction, type Request, type Response } from 'express';
import { ApiError, unsupportedMediaType } from './api-error.ts';
import type { Arrival } from './arrivals.ts';
import type { Scope } from './scopes.ts';
import type { VerifiedToken, VerifyToken } from './verify-token.ts';

/** The only supported version: it is both the newest and the oldest. */
export const apiVersion = '2026-01-30';

/** An answer, with what is known so far about its request. */
export type Answer = Response<unknown, { arrival: Arrival; token: VerifiedToken }>;

/** Lets a request pass whose token carries every one of `required`. */
export function requireScopes(verifyToken: VerifyToken, required: readonly Scope[]) {
  return async function requireToken(request: Request, response: Answer, next: NextFunction) {
    const token = await verifyToken(request.headers.authorization);
    if (!token) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new ApiError(401, 'UNAUTHORIZED', 'Authentication required.');
    }
    response.locals.arrival.authenticated = true;
    response.locals.token = token;
    checkScopes(token, required);
    next();
  };
}

/** Refuses a token that lacks one of `required`. */
export function checkScopes(token: VerifiedToken, required: readonly Scope[]): void {
  if (required.every((scope) => token.scopes.includes(scope))) return;
  throw new ApiError(403, 'INSUFFICIENT_SCOPE', 'Insufficient OAuth scopes for this operation.', {
    requiredScopes: required,
    providedScopes: token.scopes,
  });
}

export function requireVersion(request: Request, _response: Response, next: NextFunction) {
  if (request.get('X-API-Version') !== apiVersion) {
    throw new ApiError(410, 'UNSUPPORTED_API_VERSION', 'This version of the API is not served.', {
      oldestSupportedVersion: apiVersion,
    });
  }
  next();
}

function requireJson(request: Request, _response: Response, next: NextFunction) {
  // Express says `null` where there is no body at all; the rules of the body then say what is missing.
  if (request.is('application/json') === false) {
    throw unsupportedMediaType();
  }
  next();
}

/** Far more than any body except one with documents. */
const mostNoted = 256 * 1024;

/** Parses a JSON body of any kind, up to `mostBytes`. */
export function readJson(mostBytes: number) {
  return [
    requireJson,
    express.json({ limit: mostBytes, strict: false }),
    function noteBody(request: Request, response: Answer, next: NextFunction) {
      if (Number(request.headers['content-length'] ?? mostNoted) <= mostNoted)
        response.locals.arrival.body = request.body;
      next();
    },
  ];
}
