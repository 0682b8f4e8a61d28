import type { Request, Response, Router } from 'express';
import type { OperationRow } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';

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
