import { type Request, type Response, Router } from 'express';
import type { EnvironmentsAnswer, SessionAnswer } from '../../shared/environments.ts';
import {
  type FileLimits,
  type OperationName,
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  type ResultOf,
} from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';
import { environmentName, isGranted, isGrantedAnything } from '../callers/grants.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { idempotencyKeyOf } from '../journal/idempotency-key.ts';
import type { Journal } from '../journal/journal.ts';
import type { SendOnce } from '../journal/send-once.ts';
import type { CallPartner } from '../partner/call-partner.ts';
import type { TokenRoom } from '../tokens/token-room.ts';
import { addActivityRoutes } from './activity-routes.ts';
import type { HoldBytes } from './bytes-in-flight.ts';
import { prepareRequestOf } from './prepare-request.ts';
import type { RequestContext } from './request-context.ts';
import { sendJson } from './send-json.ts';

export type ApiDependencies = {
  environments: readonly EnvironmentConfig[];
  tokens: Pick<TokenRoom, 'statuses' | 'findScopes'>;
  /** Carries out what changes nothing. */
  callPartner: CallPartner;
  /** Carries out what writes. */
  sendOnce: SendOnce;
  journal: Pick<Journal, 'activity' | 'resolve'>;
  /** The newest version of an environment's API, where it is newer than the one that we speak. */
  newerApiVersion: (environment: string) => string | undefined;
  fileLimits: FileLimits;
  holdBytes: HoldBytes;
};

/** The rows that the BFF answers without the partner's API: one function each. */
type OwnAnswers = {
  [Name in OperationName as (typeof operations)[Name]['partner'] extends null ? Name : never]: (
    environment: string,
  ) => Promise<ResultOf<Name>>;
};

/** Everything under `/api`: the BFF's answers about itself, and one route for each row of the table. */
export function createApi(dependencies: ApiDependencies): Router {
  const { environments, tokens, callPartner, sendOnce, journal } = dependencies;
  const { newerApiVersion, fileLimits, holdBytes } = dependencies;
  const ownAnswers: OwnAnswers = { scopes: tokens.findScopes };
  const router = Router({ caseSensitive: true, strict: true });
  const environmentsById = new Map(environments.map((each) => [each.id, each]));
  /** Where a caller may do nothing, it need not know that there is anything. */
  const grantedTo = (caller: Caller) => environments.filter(({ id }) => isGrantedAnything(caller, id));

  route(router, 'GET', '/api/session', (_request, response) => {
    const { requestId } = response.locals.context;
    const { id, kind, grants } = callerOf(response);
    const answer: SessionAnswer = { requestId, caller: { id, kind }, grants: [...grants] };
    sendJson(response, 200, answer);
  });

  route(router, 'GET', '/api/environments', (_request, response) => {
    const { requestId } = response.locals.context;
    const caller = callerOf(response);
    const answer: EnvironmentsAnswer = {
      requestId,
      environments: grantedTo(caller).map(({ id, name, kind, protected: isProtected, apiUrl }) => ({
        id,
        name,
        kind,
        protected: isProtected,
        apiUrl,
        grants: operationNames.filter((operation) => isGranted(caller, id, operation)),
        tokens: tokens.statuses(id),
        newerApiVersion: newerApiVersion(id),
      })),
    };
    sendJson(response, 200, answer);
  });

  addActivityRoutes({
    journal,
    route: (method, path, handle) => route(router, method, path, handle),
    readerOf(request, response) {
      const { context } = response.locals;
      const caller = callerOf(response);
      const known = grantedTo(caller);
      const environment = known.find(({ id }) => id === request.params.environment)?.id;
      if (environment === undefined) throw notFound(known);
      context.environment = environment;
      return { caller: caller.id, environment, requestId: context.requestId };
    },
  });

  for (const name of operationNames) {
    const row: OperationRow = operations[name];
    const prepareRequest = prepareRequestOf(row, fileLimits);
    const ownAnswer = Object.hasOwn(ownAnswers, name) ? ownAnswers[name as keyof OwnAnswers] : undefined;
    route(router, row.method, operationPath(name, ':environment'), async (request, response) => {
      const { context } = response.locals;
      const caller = callerOf(response);
      const named = String(request.params.environment);
      // First of all, and for every name that one could have: a denial does not tell whether there is one.
      if (environmentName.test(named)) requireGrant(context, caller, named, name);
      const environment = environmentsById.get(named);
      if (!environment) throw notFound(grantedTo(caller));
      context.environment = environment.id;
      const { requestId, signal } = context;
      if (row.writes && environment.protected) requireConfirmation(request, environment.id);
      if (ownAnswer) {
        const result = await ownAnswer(environment.id);
        sendJson(response, 200, { environment: environment.id, requestId, result, partner: null });
        return;
      }
      const idempotencyKey = row.writes ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined;
      using held = holdBytes();
      const { remembered, ...prepared } = await prepareRequest(request, held);
      const call = { environment, row, ...prepared, requestId, signal };
      const { reply, replayed } = remembered
        ? await sendOnce(call, { ...remembered, caller: caller.id, operation: name, idempotencyKey })
        : { reply: await callPartner(call), replayed: false };
      if (replayed) {
        context.replayed = true;
        response.setHeader('Idempotent-Replayed', 'true');
      } else context.partnerMs = reply.facts.durationMs;
      // These two hold no body (RFC 9110, 15.3.5 and 15.3.6), and ours says which environment it was.
      const status = [204, 205].includes(reply.status) ? 200 : reply.status;
      const { result, facts: partner } = reply;
      sendJson(response, status, { environment: environment.id, requestId, result, partner });
    });
  }

  return router;
}

/** One method for one path; any other is told which one it is. */
export function route(
  router: Router,
  method: OperationRow['method'],
  path: string,
  handle: (request: Request, response: Response) => void | Promise<void>,
): void {
  router.all(path, function handleRoute(request, response) {
    if (request.method === method) return handle(request, response);
    throw BffError.of('METHOD_NOT_ALLOWED', `Only ${method} is possible here.`, {
      headers: { Allow: method },
    });
  });
}

function callerOf(response: Response): Caller {
  const { caller } = response.locals.context;
  if (!caller) throw new Error('A route was reached without authentication.');
  return caller;
}

function requireGrant(
  context: RequestContext,
  caller: Caller,
  environment: string,
  operation: OperationName,
): void {
  if (isGranted(caller, environment, operation)) return;
  const missingGrant = `${environment}:${operation}`;
  Object.assign(context, { environment, missingGrant } satisfies Partial<RequestContext>);
  throw BffError.of(
    'FORBIDDEN',
    `Your access does not include ${missingGrant}. Whoever runs the BFF can grant it.`,
    { details: { missingGrant } },
  );
}

function notFound(known: readonly EnvironmentConfig[]): BffError {
  const names = known.map(({ id }) => id).join(', ');
  return BffError.of(
    'ENVIRONMENT_NOT_FOUND',
    `There is no environment of that name here. ${names ? `There is: ${names}.` : 'None is granted to you.'}`,
  );
}

/** What is protected is confirmed by name, with each request: a wrong button must not reach real students. */
function requireConfirmation(request: Request, environment: string): void {
  if (request.headers['x-confirm-environment'] === environment) return;
  throw BffError.of(
    'CONFIRMATION_REQUIRED',
    `${environment} is protected: confirm the write with the header X-Confirm-Environment: ${environment}.`,
  );
}

/** The environment that a request line names, if it is a name. */
export function environmentAt(path: string): string | undefined {
  const segment = /^\/api\/environments\/([^/?]+)\//.exec(path)?.[1] ?? '';
  try {
    return environmentName.exec(decodeURIComponent(segment))?.[0];
  } catch {
    return undefined;
  }
}

/** The operation that a request line names, known before the request has proved anything: failures and log lines tell it. */
export function operationAt(method: string, path: string): OperationName | undefined {
  const tail = /^\/api\/environments\/[^/]+\/([^?]+)/.exec(path)?.[1];
  return operationNames.find((name) => operations[name].path === tail && operations[name].method === method);
}
