import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Outcome } from '../../../shared/errors.ts';
import type { Caller } from '../../callers/caller.ts';
import { keyPrefix } from '../../callers/key-format.ts';
import type { Asked, ReadRequestLine } from './request-line.ts';

/** What the BFF knows of a request while it answers it; the log line is made of this and of nothing else. */
export type RequestContext = {
  requestId: string;
  /** Aborted when the caller goes away before the answer is whole. */
  signal: AbortSignal;
  /** What its first line asks for, where that is a row of the table; `operation` is its name where it needs a grant. */
  asked?: Asked | undefined;
  operation: string | undefined;
  environment?: string;
  caller?: Caller;
  /** Set where the answer is a failure. */
  code?: string;
  /** The grant that the caller lacks, where that is why. */
  missingGrant?: string;
  /** Set where the failure is a write's. */
  outcome?: Outcome;
  /** Set where a write was answered from the journal. */
  replayed?: true;
  /** What the partner's part took, in milliseconds. */
  partnerMs?: number;
  /** The name in the Host header, made fit for a log, where the BFF does not answer to it. */
  host?: string;
};

declare global {
  namespace Express {
    interface Locals {
      context: RequestContext;
    }
  }
}

/** A caller's own id is taken over only in this form, so that it can stand in a log and in a header. */
const acceptedRequestId = /^[\w.-]{1,128}$/;

/** A cookie's value of fewer characters names nothing that could be guessed. */
const leastHandleLength = 16;

/** An id that holds an access key or a cookie is not taken over either: it would stand in every log on its way. */
export function requestIdOf(header: string | string[] | undefined, authorization = '', cookie = ''): string {
  if (typeof header !== 'string' || !acceptedRequestId.test(header)) return randomUUID();
  // By words, not by an expression for the last of them: that one would begin anew at each of 16,000 characters.
  const presented = authorization.trim().split(/\s+/).at(-1) || undefined;
  // What is compared is the caller's own key, not the right one: else an id could be used to try out keys.
  const holdsKey = header.includes(keyPrefix) || (presented !== undefined && header.includes(presented));
  const cookies = cookie.split(/[;=\s]+/).filter((each) => each.length >= leastHandleLength);
  return holdsKey || cookies.some((each) => header.includes(each)) ? randomUUID() : header;
}

/** What is known of a request once it is over; `status` is null when the caller did not wait for the answer. */
export type RequestEnd = { method: string; status: number | null; durationMs: number };
export type OnRequestEnd = (context: RequestContext, end: RequestEnd) => void;

/** What the shell says to the log. */
export type RequestLog = {
  request: OnRequestEnd;
  /** What nobody foresaw; of the error only its name and its places in the code are kept. */
  unexpected: (error: unknown, requestId: string) => void;
  /** What whoever runs the BFF should look at. */
  warn: (sentence: string) => void;
};

/** Gives every request its id and context, and puts the id into the answer. */
export function requestContext(readRequestLine: ReadRequestLine, onEnd: OnRequestEnd) {
  return function attachContext(request: Request, response: Response, next: NextFunction): void {
    const started = performance.now();
    const gone = new AbortController();
    const asked = readRequestLine(request.method, request.url);
    const endpoint = asked?.endpoint;
    const context: RequestContext = {
      requestId: requestIdOf(
        request.headers['x-request-id'],
        request.headers.authorization,
        request.headers.cookie,
      ),
      asked,
      operation: endpoint?.row.access === 'grant' ? endpoint.name : undefined,
      signal: gone.signal,
    };
    response.locals.context = context;
    response.setHeader('X-Request-Id', context.requestId);
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
      onEnd(context, {
        method: request.method,
        status: response.writableFinished ? response.statusCode : null,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
      });
    });
    next();
  };
}
