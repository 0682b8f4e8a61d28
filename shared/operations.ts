import * as z from 'zod/mini';
import { type OperationIn, type OperationRow, operationsIn } from './endpoint-row.ts';
import { type Endpoints, endpoints } from './endpoints.ts';

/** The rows of the table that a grant names. */
export const operations = operationsIn(endpoints);
type Operations = typeof operations;
export type OperationName = OperationIn<Endpoints>;
export const operationNames = Object.keys(operations) as OperationName[];
/** Those that change nothing at the partner. */
export type ReadOperation = {
  [Name in OperationName]: Operations[Name]['method'] extends 'GET' ? Name : never;
}[OperationName];

/** What a caller sends as the body; `undefined` where the operation takes none. */
export type RequestOf<Name extends OperationName> = BodyOf<Operations[Name]>;

/** What the partner answers when all is well. */
export type ResultOf<Name extends OperationName> = z.output<Operations[Name]['response']>;

/** The body of every success: which environment answered, and what the partner said. */
export type Success<Name extends OperationName> = {
  environment: string;
  requestId: string;
  result: ResultOf<Name>;
  partner: FactsOf<Operations[Name]>;
};

/** The body that a row takes; `undefined` where it takes none. */
export type BodyOf<Row> = Row extends { request: infer Request extends z.ZodMiniType }
  ? z.input<Request>
  : undefined;

/** The version of the partner's API that we speak, sent as `X-API-Version` to every `/v1` path. */
export const partnerApiVersion = '2026-01-30';

/** What the partner's answer said of itself. */
export const partnerFacts = z.object({
  status: z.number(),
  /** From our request's first byte to the answer's last, a token's fetch not included. */
  durationMs: z.number(),
  /** The partner's `X-Request-Id`. */
  requestId: z.nullable(z.string()),
  /** The API version applied, the newest there is, the oldest still served. */
  apiVersion: z.nullable(z.string()),
  apiVersionLatest: z.nullable(z.string()),
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

/** Null where the partner's API was not called. */
type FactsOf<Row> = Row extends { partner: object } ? PartnerFacts : null;

/** The schema of {@link Success} for one row. */
export function successOf(row: OperationRow) {
  return z.object({
    environment: z.string(),
    requestId: z.string(),
    result: row.response,
    partner: row.partner ? partnerFacts : z.null(),
  });
}
