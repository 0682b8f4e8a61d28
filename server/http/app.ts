import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { EndpointTable } from '../../shared/endpoint-row.ts';
import { logoutPath } from '../../shared/sign-in.ts';
import { BffError } from '../bff-error.ts';
import type { AllowedOrigins } from '../config/allowed-origins.ts';
import type { DescribedTable } from '../openapi/openapi-document.ts';
import type { Readiness } from '../readiness.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { version } from '../version.ts';
import { type ApiDependencies, createApi } from './api/api.ts';
import { createApiDescription } from './api-description.ts';
import { createDocs } from './docs.ts';
import { authenticate, type KeyChecks } from './middleware/authenticate.ts';
import { watchForProxy } from './middleware/client-address.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { hostCheck } from './middleware/host-check.ts';
import { below, inTurn } from './middleware/in-turn.ts';
import { limitCallers, type PerMinute } from './middleware/rate-limits.ts';
import { type RequestLog, requestContext } from './middleware/request-context.ts';
import { checkRequestTarget, createRequestLineReader } from './middleware/request-line.ts';
import { respondToError } from './middleware/respond-to-error.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { createSessionCheck } from './middleware/session-check.ts';
import { onlyGet } from './route.ts';
import { sendJson } from './send-json.ts';
import { createLoginRoutes } from './sign-in/login-routes.ts';
import { createWindowRoutes, type WindowDependencies, windowCallPaths } from './sign-in/window-routes.ts';

type AppOptions = {
  /** The table of everything that can be called. */
  endpoints: EndpointTable;
  /** What `/openapi.json` describes, where that is not our own table. */
  described?: DescribedTable | undefined;
  /** Where callers reach the BFF, and through which proxies. */
  address: { host: string; publicUrl: string | undefined; trustProxy: number };
  callers: {
    accessKeys: KeyChecks;
    /** Undefined if sign-in in a browser is not set up. */
    sessions: Sessions | undefined;
    allowedOrigins: AllowedOrigins;
    perMinute: PerMinute;
  };
  api: Omit<ApiDependencies, 'endpoints'>;
  windows: Omit<WindowDependencies, 'sessions' | 'authenticate'>;
  log: RequestLog;
  /** `starting` until it knows its callers, `shutting-down` as soon as the BFF is told to stop. */
  readiness: () => Readiness;
};

/** The shell: the steps that every request passes on its way to the table's routes. Only this folder knows Express. */
export function createApp(options: AppOptions): Express {
  const { endpoints, described, address, callers, api, windows, log, readiness } = options;
  const app = express();
  app.disable('x-powered-by');
  // Answers are never cached, so a hash of the body would be useless.
  app.disable('etag');
  app.set('trust proxy', address.trustProxy);
  app.enable('case sensitive routing');

  const { sessions, allowedOrigins } = callers;
  const identifySession = sessions && createSessionCheck(sessions, allowedOrigins);
  const authenticateCaller = authenticate(callers.accessKeys, identifySession);
  const withSessions = crossOrigin(allowedOrigins, { sessions: sessions !== undefined });

  app.use(
    inTurn(
      requestContext(createRequestLineReader(endpoints), log.request),
      securityHeaders(),
      checkRequestTarget,
      watchForProxy(address.trustProxy, log.warn),
      // Before the host check: a probe may use any address, and learns nothing else.
      answerProbes(readiness),
      hostCheck(address),
      // The routes that are called most come first.
      below(
        '/api',
        noStore,
        withSessions,
        authenticateCaller,
        limitCallers(callers.perMinute),
        createApi({ ...api, endpoints }),
      ),
    ),
  );
  app.use('/auth', noStore);
  app.use(logoutPath, withSessions);
  app.use(windowCallPaths, crossOrigin(allowedOrigins, { sessions: false }));
  app.use(createWindowRoutes({ ...windows, sessions, authenticate: authenticateCaller }));
  if (sessions) app.use(createLoginRoutes(sessions, allowedOrigins));
  app.use(createApiDescription(address.publicUrl, api.fileLimits, described));
  app.use(createDocs());
  // Relative, so that it also leads there behind a proxy that serves the BFF below a path.
  app.get('/', (_request, response) => response.redirect('docs'));
  app.use(() => {
    throw BffError.of('NOT_FOUND', 'There is nothing at this path. GET /docs shows the API.');
  });
  app.use(respondToError(log.unexpected));
  return app;
}

/** Whether it runs, and whether it takes calls. */
function answerProbes(readiness: AppOptions['readiness']) {
  const probes: Readonly<Record<string, (response: Response) => void>> = {
    '/livez': (response) => sendJson(response, 200, { status: 'ok', version }),
    '/readyz': (response) => {
      const ready = readiness();
      const takesCalls = ready.status === 'ready' || ready.status === 'degraded';
      sendJson(response, takesCalls ? 200 : 503, ready);
    },
  };

  return function answerProbe(request: Request, response: Response, next: NextFunction): void {
    const path = response.locals.context.target?.path ?? '';
    const answer = Object.hasOwn(probes, path) ? probes[path] : undefined;
    if (!answer) next();
    else if (request.method === 'GET' || request.method === 'HEAD') answer(response);
    else onlyGet();
  };
}

/** Every answer is for this moment only: nobody may keep it, and it is never “not modified”. */
function noStore(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  // Deleted only if present: deleting a property makes an object slow to read.
  if (request.headers['if-none-match'] !== undefined) delete request.headers['if-none-match'];
  if (request.headers['if-modified-since'] !== undefined) delete request.headers['if-modified-since'];
  next();
}
