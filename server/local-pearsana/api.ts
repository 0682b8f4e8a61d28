import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request } from 'express';
import { ApiError, errorEnvelope, toApiError, validationError } from './api-error.ts';
import { type Arrival, recordArrival } from './arrivals.ts';
import { createDocuments, documentScopes, storingScopes } from './documents.ts';
import { faultsOf, type Rule, type ValueOf } from './field-rules.ts';
import { createPeople, rehearseFailure } from './people.ts';
import {
  createInvitationBody,
  createUserBody,
  submitBatchBody,
  submitDocumentBody,
} from './request-bodies.ts';
import {
  type Answer,
  apiVersion,
  checkScopes,
  readJson,
  requireScopes,
  requireVersion,
} from './request-checks.ts';
import type { VerifyToken } from './verify-token.ts';

/** Twice what the rules allow, if each character takes three bytes. */
const mostFormBytes = 256 * 1024;

/**
 * Pearsana's API as an Express application. Each request that it receives is added to `arrivals`.
 * @param mostDocumentBytes the largest body with documents in it
 */
export function createApi(
  verifyToken: VerifyToken,
  arrivals: Arrival[],
  mostDocumentBytes: number,
): express.Express {
  const people = createPeople();
  const documents = createDocuments(people.knows);
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  app.use(openExchange(arrivals));

  app
    .route('/health')
    .get((_request, response: Answer) => send(response, 200, { status: 'ok' }))
    .all(onlyBy('GET'));

  app
    .route('/ping')
    .get(requireScopes(verifyToken, ['pearsana-partner/ping']), (_request, response: Answer) => {
      const { clientId, scopes } = response.locals.token;
      send(response, 200, { status: 'ok', message: 'Authorized', clientId, scopes });
    })
    .all(onlyBy('GET'));

  app
    .route('/v1/users')
    .post(
      requireScopes(verifyToken, ['pearsana-partner/partners.users:write']),
      requireVersion,
      ...readJson(mostFormBytes),
      (request: Request, response: Answer) => {
        const body = checked(createUserBody, request.body);
        if (rehearseFailure(body.identity.email)) request.socket.destroy();
        else send(response, 201, people.createUser(body));
      },
    )
    .all(onlyBy('POST'));

  app
    .route('/v1/invitations')
    .post(
      requireScopes(verifyToken, [
        'pearsana-partner/partners.invitations:write',
        'pearsana-partner/partners.externalRefs:write',
      ]),
      requireVersion,
      ...readJson(mostFormBytes),
      (request: Request, response: Answer) => {
        const body = checked(createInvitationBody, request.body);
        if (rehearseFailure(body.email)) request.socket.destroy();
        else send(response, 201, people.createInvitation(body));
      },
    )
    .all(onlyBy('POST'));

  app
    // A colon by itself would begin a parameter.
    .route('/v1/documents\\:submit')
    .post(
      requireScopes(verifyToken, storingScopes),
      requireVersion,
      ...readJson(mostDocumentBytes),
      (request: Request, response: Answer) => {
        const body = checked(submitDocumentBody, request.body);
        checkScopes(response.locals.token, documentScopes([body]));
        send(response, 201, documents.submit(body));
      },
    )
    .all(onlyBy('POST'));

  app
    .route('/v1/documents\\:submitBatch')
    .post(
      requireScopes(verifyToken, storingScopes),
      requireVersion,
      ...readJson(mostDocumentBytes),
      (request: Request, response: Answer) => {
        const body = checked(submitBatchBody, request.body);
        checkScopes(response.locals.token, documentScopes(body.items));
        const answer = documents.submitBatch(body);
        const all = answer.results.every(({ status }) => status === 'accepted');
        send(response, all ? 201 : 207, answer);
      },
    )
    .all(onlyBy('POST'));

  app.use(() => {
    throw new ApiError(404, 'NOT_FOUND', 'There is nothing at this path.');
  });
  app.use(answerWithError);
  return app;
}

/** Notes the request and sets the headers that every answer carries. */
function openExchange(arrivals: Arrival[]) {
  return function openExchange(request: Request, response: Answer, next: NextFunction) {
    const sent = request.get('X-Request-Id') ?? '';
    const requestId = /^[\w.-]{1,128}$/.test(sent) ? sent : randomUUID();
    const { method, path } = request;
    response.locals.arrival = recordArrival(arrivals, { method, path, requestId });
    response.set({
      'X-API-Version': apiVersion,
      'X-API-Version-Latest': apiVersion,
      'X-API-Version-Supported': apiVersion,
      'X-Request-Id': requestId,
    });
    next();
  };
}

function onlyBy(method: 'GET' | 'POST') {
  return function refuseMethod(_request: Request, response: Answer) {
    response.set('Allow', method);
    throw new ApiError(405, 'METHOD_NOT_ALLOWED', `Only ${method} is available here.`);
  };
}

function checked<R extends Rule>(rule: R, body: unknown): ValueOf<R> {
  const faults = faultsOf(rule, body);
  if (faults.length > 0) throw validationError(faults);
  return body as ValueOf<R>;
}

function answerWithError(thrown: unknown, _request: Request, response: Answer, _next: NextFunction) {
  const error = toApiError(thrown);
  // Only an error in the stand-in itself gets here, and its developer should see it.
  if (error.status === 500) process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
  send(response, error.status, errorEnvelope(error, response.locals.arrival.requestId));
}

// The status is recorded before the answer leaves, so that a test which has the answer finds it among the arrivals.
function send(response: Answer, status: number, body: unknown): void {
  response.locals.arrival.status = status;
  response.status(status).json(body);
}
