import type { ErrorCode } from './error-codes.ts';
import type { Failure, Issue, Outcome } from './errors.ts';

/** Two copies of this file, as in an ES module and a CommonJS module, know each other's errors by this mark. */
const mark = Symbol.for('pearsana-partner-client.ClientError');

/** Why a call through the client failed. Each reason says which fields the error has. */
export type ClientErrorReason = ClientError['reason'];

/**
 * The error of all methods of the client. Its `reason` tells what happened, and which other fields there are. A test makes
 * one with `new ClientError({ reason: 'timeout' })`.
 */
export type ClientError =
  | UnreachableError
  | TimeoutError
  | ProxyError
  | RefusedError
  | InvalidError
  | ContractError
  | EnvironmentError
  | CancelledError;

/** No answer came: nothing listens there, the connection broke, or a redirect was answered, which is not followed. */
export interface UnreachableError extends CallError {
  readonly reason: 'unreachable';
  readonly failure: undefined;
}
/** No answer came in time. */
export interface TimeoutError extends CallError {
  readonly reason: 'timeout';
  readonly status: undefined;
  readonly failure: undefined;
}
/** A proxy in front of the BFF answered instead of it. */
export interface ProxyError extends CallError {
  readonly reason: 'proxy';
  readonly status: number;
  readonly failure: undefined;
}
/** The BFF answered with a failure, its own or Pearsana's. */
export interface RefusedError extends CallError {
  readonly reason: 'refused';
  readonly status: number;
  readonly failure: CallFailure;
}
/** The BFF's failure, its own or Pearsana's. */
export interface CallFailure extends Failure {
  /** For programs, and stable: one of `errorCodes`, or one of Pearsana's codes. */
  code: ErrorCode | (string & {});
}
/** The request or an option breaks its contract; nothing was sent. `issues` says where. */
export interface InvalidError extends CallError {
  readonly reason: 'invalid';
  readonly status: undefined;
  readonly failure: undefined;
}
/** The answer does not have the expected form, so it is not from a compatible BFF. Its body is never shown. */
export interface ContractError extends CallError {
  readonly reason: 'contract';
  readonly status: number;
  readonly failure: undefined;
}
/** The answer is from another environment than the one in the call. */
export interface EnvironmentError extends CallError {
  readonly reason: 'environment';
  readonly environment: string;
  readonly failure: undefined;
}
/** The caller's signal ended the call. */
export interface CancelledError extends CallError {
  readonly reason: 'cancelled';
  readonly status: undefined;
  readonly failure: undefined;
}

/** What an error is made of. In a test, give what your code reads; in a call, the client gives all of it. */
export type ClientErrorFacts = {
  [Name in
    | ('origin' | 'requestId' | 'environment' | 'issues' | 'retryAfterSeconds' | 'outcome' | 'idempotencyKey')
    | 'message'
    | 'cause']?: CallError[Name] | undefined;
} & (
  | { reason: 'refused'; status: number; failure: Pick<Failure, 'code'> & Partial<Failure> }
  | { reason: 'proxy' | 'contract'; status: number }
  | { reason: 'environment'; environment: string; status?: number | undefined }
  | { reason: 'unreachable' | 'timeout' | 'invalid' | 'cancelled'; status?: number | undefined }
);

/** The fields of every {@link ClientError}. The message is for people, and contains no body, key or token. */
export interface CallError extends Error {
  readonly name: 'ClientError';
  /** The BFF that was called. */
  readonly origin: string;
  /** Quote it when you ask for help: it is in the BFF's log. Empty if nothing was sent, and you gave none. */
  readonly requestId: string;
  /** The environment of the call, if it has one. */
  readonly environment: string | undefined;
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** The BFF's failure, if the reason is `refused`. */
  readonly failure: Failure | undefined;
  /** The faults of the request, whether the client found them (`invalid`) or the BFF (`refused`); otherwise empty. */
  readonly issues: readonly Issue[];
  /** How many seconds to wait, if the answer said so. */
  readonly retryAfterSeconds: number | undefined;
  /** What became of a write: `not_sent`, `refused` or `unknown`. Undefined for a call that is not a write. */
  readonly outcome: Outcome | undefined;
  /** For a write: its key. Send the same request with this key to retry: it is never done twice. */
  readonly idempotencyKey: string | undefined;
  /**
   * Whether the BFF itself says that it does not have the path, because it is an older version. A 404 from Pearsana is about
   * a person instead, and a path that contains an id may lack only that id.
   */
  readonly isFromOlderBff: boolean;
}

export const ClientError = class ClientError extends Error {
  get [mark](): boolean {
    return true;
  }

  constructor({ reason, message, cause, ...facts }: ClientErrorFacts) {
    const { requestId = '', failure: given, origin = '', issues = [] } = facts as Partial<CallError>;
    const failure: Failure | undefined = given && {
      ...{ message: given.code, requestId, source: 'bff', retryable: false },
      ...given,
    };
    super(message ?? failure?.message ?? reason, cause === undefined ? undefined : { cause });
    const isFromOlderBff =
      failure?.source === 'bff' && ['NOT_FOUND', 'METHOD_NOT_ALLOWED'].includes(failure.code);
    const known = { origin, requestId: failure?.requestId ?? requestId, failure, issues, isFromOlderBff };
    Object.assign(this, { name: 'ClientError', reason }, facts, known);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && mark in value;
  }
} as unknown as {
  readonly prototype: ClientError;
  new (facts: ClientErrorFacts): ClientError;
  [Symbol.hasInstance](value: unknown): value is ClientError;
};
