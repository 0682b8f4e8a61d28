import cors from 'cors';
import type { NextFunction, Request, Response } from 'express';
import { BffError } from '../../bff-error.ts';
import { type AllowedOrigins, isAllowedOrigin } from '../../config/allowed-origins.ts';

const corsOptions = {
  methods: ['GET', 'POST'],
  allowedHeaders: [
    'Authorization',
    'Content-Type',
    'X-Request-Id',
    'X-Confirm-Environment',
    'Idempotency-Key',
    'X-Pearsana-Import',
  ],
  exposedHeaders: ['Retry-After', 'X-Request-Id', 'Idempotent-Replayed'],
  maxAge: 600,
};

/**
 * Lets the listed browser origins read answers. Cookies are allowed only if there are sessions, and only for the exact
 * origins: VS Code's web hosts send an access key.
 */
export function crossOrigin(allowed: AllowedOrigins, { sessions }: { sessions: boolean }) {
  const allow = cors<Request>((request, decide) => {
    const { origin } = request.headers;
    const credentials = sessions && origin !== undefined && allowed.exact.has(origin);
    decide(null, {
      ...corsOptions,
      origin: origin !== undefined && isAllowedOrigin(origin, allowed),
      credentials,
      allowedHeaders: [...corsOptions.allowedHeaders, ...(credentials ? ['X-Pearsana-Client'] : [])],
    });
  });

  return function allowOrigin(request: Request, response: Response, next: NextFunction): void {
    // A request without Origin comes from a program, and needs no permission.
    if (request.headers.origin === undefined) {
      next();
      return;
    }
    // A listed origin's preflight is answered at once.
    allow(request, response, (error?: unknown) => {
      next(error ?? (request.method === 'OPTIONS' ? originNotListed() : undefined));
    });
  };
}

function originNotListed(): BffError {
  return BffError.of(
    'FORBIDDEN',
    'This browser origin is not listed in BFF_ALLOWED_ORIGINS. Ask your BFF administrator to add it.',
  );
}
