import * as z from 'zod/mini';
import { type OperationIn, type OperationRow, operationsIn } from './endpoint-row.ts';
import { type Endpoints, endpoints } from './endpoints.ts';
import { answeringEnvironment, callId } from './fields.ts';

/** The rows of the table that need a grant. */
export const operations = operationsIn(endpoints);
type Operations = typeof operations;
export type OperationName = OperationIn<Endpoints>;
export const operationNames = Object.keys(operations) as OperationName[];
/** The operations that change nothing at Pearsana. */
export type ReadOperation = {
  [Name in OperationName]: Operations[Name]['method'] extends 'GET' ? Name : never;
}[OperationName];

/** The body that a caller sends; `undefined` if the operation has none. */
export type RequestOf<Name extends OperationName> = BodyOf<Operations[Name]>;

/** Pearsana's body of a success. */
export type ResultOf<Name extends OperationName> = z.output<Operations[Name]['response']>;

/** The body of every success: the environment that answered, and Pearsana's answer. */
export type Success<Name extends OperationName> = {
  environment: string;
  requestId: string;
  result: ResultOf<Name>;
  partner: FactsOf<Operations[Name]>;
};

/** The body of a row; `undefined` if it has none. */
export type BodyOf<Row> = Row extends { request: infer Request extends z.ZodMiniType }
  ? z.input<Request>
  : undefined;

/** The version of Pearsana's API that the BFF uses. It is sent as `X-API-Version` to every `/v1` path. */
export const partnerApiVersion = '2026-01-30';

/** The facts of Pearsana's answer. */
export const partnerFacts = z.object({
  /** The HTTP status of Pearsana's answer. */
  status: z.number(),
  /** Milliseconds, from the first byte of the request to the last byte of the answer. Requesting a token does not count. */
  durationMs: z.number(),
  /** Pearsana's `X-Request-Id`. */
  requestId: z.nullable(z.string()),
  /** The API version that was applied (a date). */
  apiVersion: z.nullable(z.string()),
  /** The newest version. */
  apiVersionLatest: z.nullable(z.string()),
  /** The oldest version that is still supported. */
  apiVersionSupported: z.nullable(z.string()),
});
export type PartnerFacts = z.infer<typeof partnerFacts>;

/** {@link Success} of a row. */
export type SuccessOf<Row extends { response: z.ZodMiniType }> = {
  environment: string;
  requestId: string;
  result: z.output<Row['response']>;
  partner: FactsOf<Row>;
};

/** Null if Pearsana's API was not called. */
type FactsOf<Row> = Row extends { partner: object } ? PartnerFacts : null;

/** The schema of {@link Success} for one row. */
export function successOf(row: OperationRow) {
  return z.object({
    environment: answeringEnvironment,
    requestId: callId,
    result: row.response,
    partner: row.partner ? partnerFacts : z.literal(null),
  });
}
