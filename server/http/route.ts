import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import type { Method } from '../../shared/endpoint-row.ts';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';
import type { Target } from './middleware/request-line.ts';

/** @param parameters the decoded parameters of the path */
export type HandleRow = (
  request: Request,
  response: Response,
  parameters: Readonly<Record<string, string>>,
) => void | Promise<void>;

/** Serves rows of the table, by their names. For any other method at their paths, the answer names the possible ones. */
export function createRoutes(handlers: Readonly<Record<string, HandleRow>>): RequestHandler {
  return function handleRow(request: Request, response: Response, next: NextFunction) {
    const { asked } = response.locals.context;
    if (!asked?.rows.some(({ name }) => Object.hasOwn(handlers, name))) {
      next();
      return;
    }
    const { rows, endpoint, parameters } = asked;
    if (!parameters) throw BffError.of('VALIDATION_ERROR', 'The request is malformed.');
    if (!endpoint) throw methodNotAllowed(rows.map(({ row }) => row.method));
    return handlers[endpoint.name]?.(request, response, parameters);
  };
}

/** Serves one method at a path that is not in the table, such as a page for browsers. */
export function route(
  router: Router,
  method: Method,
  path: string,
  handle: (request: Request, response: Response) => void | Promise<void>,
): void {
  router.all(path, function handleRoute(request, response) {
    if (request.method === method) return handle(request, response);
    throw methodNotAllowed([method]);
  });
}

/** Answers any method other than GET. */
export function onlyGet(): never {
  throw BffError.of('METHOD_NOT_ALLOWED', 'Only GET is possible here.', { headers: { Allow: 'GET, HEAD' } });
}

/** The query, as it was read once for every purpose. */
export function queryOf(response: Response): Target['query'] {
  return response.locals.context.target?.query ?? {};
}

/** The caller; for routes behind the authentication. */
export function callerOf(response: Response): Caller {
  const { caller } = response.locals.context;
  if (!caller) throw new Error('A route was reached without authentication.');
  return caller;
}

function methodNotAllowed(methods: readonly Method[]): BffError {
  const possible = methods.length > 1 ? 'are possible' : 'is possible';
  return BffError.of('METHOD_NOT_ALLOWED', `Only ${methods.join(' and ')} ${possible} here.`, {
    headers: { Allow: methods.join(', ') },
  });
}
