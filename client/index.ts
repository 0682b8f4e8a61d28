// The entry of the npm package, and of nothing else: inside the repository everybody imports from `shared/` itself.
export type { ActivityAnswer, ActivityEntry, ResolveAnswer } from '../shared/activity.ts';
export {
  type Answer,
  backendOrigin,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type SharedCallOptions,
} from '../shared/client.ts';
export { ClientError, type ClientErrorReason } from '../shared/client-error.ts';
export type { OperationRow } from '../shared/endpoint-row.ts';
export type {
  Environment,
  EnvironmentKind,
  EnvironmentsAnswer,
  FileLimits,
  SessionAnswer,
  TokenStatus,
} from '../shared/environments.ts';
export { type ErrorCode, errorCodes } from '../shared/error-codes.ts';
export type { ErrorSource, Failure, Issue, Outcome } from '../shared/errors.ts';
export {
  type OperationName,
  operationNames,
  operations,
  type PartnerFacts,
  type RequestOf,
  type ResultOf,
  type Success,
} from '../shared/operations.ts';
export { createSessionClient, isSignedOut, type SessionClient } from '../shared/session-client.ts';
export { sentences, type Validation, validate } from '../shared/validate.ts';
