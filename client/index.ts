// The entry of the npm package, and of nothing else: inside the repository everybody imports from `shared/` itself.
import { operations as allOperations, type OperationName } from '../shared/operations.ts';
import type { Answers, Options, Requests } from './methods.ts';

export { backendOrigin } from '../shared/client.ts';
export {
  type CallFailure,
  type CancelledError,
  ClientError,
  type ClientErrorFacts,
  type ClientErrorReason,
  type ContractError,
  type EnvironmentError,
  type InvalidError,
  type ProxyError,
  type RefusedError,
  type TimeoutError,
  type UnreachableError,
} from '../shared/client-error.ts';
export { documentTypes } from '../shared/documents.ts';
export { type ErrorCode, errorCodes } from '../shared/error-codes.ts';
export type { ErrorSource, Failure, Issue, Outcome } from '../shared/errors.ts';
export { type OperationName, operationNames } from '../shared/operations.ts';
export { sentences, type Validation, validate } from '../shared/validate.ts';
export type { ActivityOfOptions } from './activity-pages.ts';
export { type Client, createClient } from './create-client.ts';
export type * from './methods.ts';
export type * from './options.ts';
export { createSessionClient, isSignedOut, type SessionClient } from './session-client.ts';
export { clientVersion } from './version.ts';

/** The body that an operation is called with; `undefined` if it has none. */
export type RequestOf<Name extends keyof Requests> = Requests[Name];
/** The options of an operation's method. */
export type CallOptions<Name extends keyof Options> = Options[Name];
/** What an operation's method returns. */
export type Answer<Name extends keyof Answers> = Answers[Name];
/** The same under its older name. */
export type Success<Name extends keyof Answers> = Answers[Name];
/** Pearsana's body of a success. */
export type ResultOf<Name extends keyof Answers> = Answers[Name]['result'];

/** What a client needs of the table's rows: `validate(operations.createUser.request, draft)` checks a form. */
export const operations: {
  readonly [Name in OperationName]: Pick<
    (typeof allOperations)[Name],
    Extract<
      keyof (typeof allOperations)[Name],
      'title' | 'method' | 'path' | 'access' | 'request' | 'response'
    >
  >;
} = allOperations;
