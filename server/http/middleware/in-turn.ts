import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Several steps as one, for requests to this path and to those below it. */
export function below(path: string, ...steps: readonly RequestHandler[]): RequestHandler {
  const takeSteps = inTurn(...steps);
  const start = `${path}/`;
  return function takeStepsBelow(request: Request, response: Response, next: NextFunction): void {
    const asked = response.locals.context.target?.path ?? '';
    if (asked.startsWith(start) || asked === path) takeSteps(request, response, next);
    else next();
  };
}

/** Several steps as one. Express would match the path again for each of them, cut it off, and put it back. */
export function inTurn(...steps: readonly RequestHandler[]): RequestHandler {
  return function takeSteps(request: Request, response: Response, next: NextFunction): void {
    let taken = 0;

    function takeNext(error?: unknown): void {
      const step = error === undefined ? steps[taken] : undefined;
      taken += 1;
      if (!step) {
        next(error);
        return;
      }
      // What a step throws reaches Express by itself, and what it rejects with does not.
      const ended: unknown = step(request, response, takeNext);
      if (ended instanceof Promise) ended.catch(takeNext);
    }
    takeNext();
  };
}
