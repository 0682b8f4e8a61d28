import type { NextFunction, Request, Response } from 'express';
import { isWrite } from '../../../shared/endpoint-row.ts';
import { type ErrorCode, errorCodes } from '../../../shared/error-codes.ts';
import type { FailureBody } from '../../../shared/errors.ts';
import { BffError } from '../../bff-error.ts';
import { sendJson } from '../send-json.ts';
import type { RequestContext, RequestLog } from './request-context.ts';

/** The last handler: it turns every failure, expected or not, into the error envelope. */
export function respondToError(onUnexpected: RequestLog['unexpected']) {
  // Express knows an error handler by its four parameters.
  return function answerWithFailure(
    error: unknown,
    _request: Request,
    response: Response,
    _next: NextFunction,
  ): void {
    const { context } = response.locals;
    const failure = asBffError(error);
    if (failure.code === 'INTERNAL') onUnexpected(error, context.requestId);
    // For example because the BFF is stopping and has answered instead of the route. Express would print the error.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    context.code = failure.code;
    if (asksToWrite(context) && failure.outcome) context.outcome = failure.outcome;
    response.set(failure.headers);
    if (failure.retryAfterSeconds !== undefined)
      response.set('Retry-After', String(failure.retryAfterSeconds));
    sendJson(response, failure.status, failureBodyOf(failure, context.requestId, context));
  };
}

export function failureBodyOf(
  failure: BffError,
  requestId: string,
  context: Pick<RequestContext, 'environment' | 'asked'> = {},
): FailureBody {
  const { environment } = context;
  return {
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.details !== undefined && { details: failure.details }),
      requestId,
      ...(environment !== undefined && { environment }),
      source: failure.source,
      retryable: failure.retryable,
      ...(asksToWrite(context) && failure.outcome && { outcome: failure.outcome }),
    },
  };
}

function asksToWrite({ asked }: Pick<RequestContext, 'asked'>): boolean {
  return asked?.endpoint !== undefined && isWrite(asked.endpoint.row);
}

function asBffError(error: unknown): BffError {
  if (error instanceof BffError) return error;
  // Express's own parts report a client's mistake with a 4xx status. Their messages may quote the request, so ours are used.
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  const code = (Object.keys(errorCodes) as ErrorCode[]).find((each) => errorCodes[each].status === status);
  return code !== undefined && errorCodes[code].status < 500
    ? BffError.of(code, 'The request is malformed.')
    : BffError.of('INTERNAL', 'Unexpected error in the BFF. Its log has more under this request id.');
}
