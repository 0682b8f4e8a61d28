import cors from 'cors';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { BffError } from '../bff-error.ts';
import type { IdentifyCaller } from '../callers/access-key.ts';
import { type AllowedOrigins, isAllowedOrigin } from '../config/allowed-origins.ts';
import type { RequestLog } from '../log.ts';
import { checkRequestTarget, hostCheck } from './host-check.ts';
import { authenticate, limitCallers } from './rate-limits.ts';
import { requestContext } from './request-context.ts';
import { respondToError } from './respond-to-error.ts';
import { type ApiDependencies, createApi } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { sendJson } from './send-json.ts';

export type AppOptions = ApiDependencies & {
  host: string;
  publicUrl: string | undefined;
  trustProxy: number;
  allowedOrigins: AllowedOrigins;
  rateLimitPerMinute: number;
  identify: IdentifyCaller;
  log: RequestLog;
  /** False from the moment that the BFF is told to end. */
  isReady: () => boolean;
};

/** The shell: what every request passes on its way to the table's routes. Only this folder knows Express. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // An answer is never cached, so the hash over its body would be for nothing.
  app.disable('etag');
  app.set('trust proxy', options.trustProxy);
  app.enable('case sensitive routing');

  app.use(requestContext(options.log.request));
  app.use(securityHeaders());
  app.use(checkRequestTarget);
  app.use(hostCheck(options));
  app.get('/livez', (_request, response) => {
    sendJson(response, 200, { status: 'ok' });
  });
  app.get('/readyz', (_request, response) => {
    const ready = options.isReady();
    sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'shutting-down' });
  });
  app.all(['/livez', '/readyz'], () => {
    throw BffError.of('METHOD_NOT_ALLOWED', 'Only GET is possible here.', {
      headers: { Allow: 'GET, HEAD' },
    });
  });
  app.use('/api', noStore, ...crossOrigin(options.allowedOrigins));
  app.use('/api', authenticate(options.identify), limitCallers(options.rateLimitPerMinute));
  app.use(createApi(options));
  app.use(() => {
    throw BffError.of('NOT_FOUND', 'There is nothing at this path.');
  });
  app.use(respondToError(options.log.unexpected));
  return app;
}

/** An answer is of this moment: nobody keeps it, and none is ever “not modified”. */
function noStore(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  // Only where they are: an object that has lost a property is slow to read ever after.
  if (request.headers['if-none-match'] !== undefined) delete request.headers['if-none-match'];
  if (request.headers['if-modified-since'] !== undefined) delete request.headers['if-modified-since'];
  next();
}

/** Lets the listed browser origins read answers. Without a cookie there are no credentials to allow. */
function crossOrigin(allowed: AllowedOrigins) {
  const allow = cors({
    origin: (origin, decide) => decide(null, origin !== undefined && isAllowedOrigin(origin, allowed)),
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'X-Request-Id',
      'X-Confirm-Environment',
      'Idempotency-Key',
    ],
    exposedHeaders: ['Retry-After', 'X-Request-Id'],
    maxAge: 600,
  });
  return [
    // Without an Origin, as from a program, there is nothing to allow.
    function allowOrigin(request: Request, response: Response, next: NextFunction): void {
      if (request.headers.origin === undefined) next();
      else allow(request, response, next);
    },
    function refusePreflight(request: Request, _response: Response, next: NextFunction): void {
      if (request.method !== 'OPTIONS' || request.headers.origin === undefined) {
        next();
        return;
      }
      throw BffError.of(
        'FORBIDDEN',
        'This browser origin is not among BFF_ALLOWED_ORIGINS. Whoever runs the BFF can add it.',
      );
    },
  ];
}
