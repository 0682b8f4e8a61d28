import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import type { Method } from '../../shared/endpoint-row.ts';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';

/** @param parameters what the path names, decoded */
export type HandleRow = (
  request: Request,
  response: Response,
  parameters: Readonly<Record<string, string>>,
) => void | Promise<void>;

/** Serves rows of the table, by their names. Any other method at their paths is told which ones are possible. */
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

/** One method for one path that is no row, as a browser's window goes to. */
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

/** The answer to any other method at what can only be read. */
export function onlyGet(): never {
  throw BffError.of('METHOD_NOT_ALLOWED', 'Only GET is possible here.', { headers: { Allow: 'GET, HEAD' } });
}

/** Who asks; for routes that stand behind the authentication. */
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
