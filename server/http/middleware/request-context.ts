import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Outcome } from '../../../shared/errors.ts';
import type { Caller } from '../../callers/caller.ts';
import { keyPrefix } from '../../callers/key-format.ts';
import type { Waiter } from '../../network/transport.ts';
import { clientAddressOf } from './client-address.ts';
import { type Asked, loggedPath, type ReadRequestLine, readTarget, type Target } from './request-line.ts';

/** What the BFF knows about a request. The log line contains this and nothing else. */
export type RequestContext = {
  requestId: string;
  /** Where the request came from, as far as its proxies are believed. */
  address: string;
  /** The caller, who may go away before the answer is complete. */
  waiter: Waiter;
  /** The path and query; undefined if the request is refused because they could be read in two ways. */
  target?: Target | undefined;
  /** The path as far as it may be logged. */
  path?: string | undefined;
  /** The row of the table that the request line names, if any; `operation` is its name, if it needs a grant. */
  asked?: Asked | undefined;
  operation: string | undefined;
  environment?: string;
  caller?: Caller;
  /** The caller as of now: undefined once the key was removed, or the session is over. */
  identifyAgain?: () => Promise<Caller | undefined> | Caller | undefined;
  /** Set if the answer is a failure. */
  code?: string;
  /** The missing grant, if that is why the request failed. */
  missingGrant?: string;
  /** Set if a write failed. */
  outcome?: Outcome;
  /** Set if a write was answered from the journal. */
  replayed?: true;
  /** The import that the request is about, or is a row of. */
  importId?: string;
  /** How long Pearsana took, in milliseconds. */
  partnerMs?: number;
  /** Pearsana's status, if it answered. */
  partnerStatus?: number;
  /** Pearsana's own id of the request. */
  partnerRequestId?: string;
  /** The row of the journal that holds the write. */
  journalId?: string;
  /** The name in the Host header, made safe to log, if the BFF refused it. */
  host?: string;
};

declare global {
  namespace Express {
    interface Locals {
      context: RequestContext;
    }
  }
}

/** A caller's own id is accepted only in this form, so that it is safe in a log and in a header. */
const acceptedRequestId = /^[\w.-]{1,128}$/;

/** Shorter cookie values are not handles. */
const leastHandleLength = 16;

/** An id that contains an access key or a cookie is not accepted either: it would appear in every log on its way. */
export function requestIdOf(header: string | string[] | undefined, authorization = '', cookie = ''): string {
  if (typeof header !== 'string' || !acceptedRequestId.test(header)) return randomUUID();
  return holdsCredential(header, { authorization, cookie }) ? randomUUID() : header;
}

/** Whether a text that a caller chose contains an access key, or what the same request carries as a key or a cookie. */
export function holdsCredential(text: string, { authorization = '', cookie = '' }): boolean {
  // Split into words: a regular expression for the last word would start again at each of 16,000 characters.
  const presented = authorization.trim().split(/\s+/).at(-1) || undefined;
  // Compared with the key that the caller sent, not with valid ones: otherwise texts could be used to guess keys.
  const holdsKey = text.includes(keyPrefix) || (presented !== undefined && text.includes(presented));
  const cookies = cookie.split(/[;=\s]+/).filter((each) => each.length >= leastHandleLength);
  return holdsKey || cookies.some((each) => text.includes(each));
}

/** What is known about a request at its end; `status` is null if the caller did not wait for the answer. */
export type RequestEnd = { method: string; status: number | null; durationMs: number };
export type OnRequestEnd = (context: RequestContext, end: RequestEnd) => void;

/** What the shell logs. */
export type RequestLog = {
  request: OnRequestEnd;
  /** An unexpected error. Only its name and stack frames are logged. */
  unexpected: (error: unknown, requestId: string) => void;
  /** Something that the administrator should look at. */
  warn: (sentence: string) => void;
};

/** Gives every request its id and context, and adds the id to the answer. */
export function requestContext(readRequestLine: ReadRequestLine, onEnd: OnRequestEnd) {
  return function attachContext(request: Request, response: Response, next: NextFunction): void {
    const started = performance.now();
    const waiter: Waiter = { isGone: false };
    const target = readTarget(request.url);
    const asked = target && readRequestLine(request.method, target.path);
    const endpoint = asked?.endpoint;
    const context: RequestContext = {
      requestId: requestIdOf(
        request.headers['x-request-id'],
        request.headers.authorization,
        request.headers.cookie,
      ),
      address: clientAddressOf(request),
      target,
      asked,
      path: loggedPath(target, asked),
      operation: endpoint?.row.access === 'grant' ? endpoint.name : undefined,
      waiter,
    };
    response.locals.context = context;
    response.setHeader('X-Request-Id', context.requestId);
    response.on('close', () => {
      if (!response.writableFinished) {
        waiter.isGone = true;
        waiter.onGone?.();
      }
      onEnd(context, {
        method: request.method,
        status: response.writableFinished ? response.statusCode : null,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
      });
    });
    next();
  };
}
