import * as z from 'zod/mini';

/** Who said no: the BFF, Pearsana's API, or Pearsana's authorisation server. */
export const errorSource = z.literal(['bff', 'pearsana', 'auth']);
export type ErrorSource = z.infer<typeof errorSource>;

/**
 * What became of a write that failed.
 * `not_sent`: nothing left the BFF, so it is safe to try again. `refused`: Pearsana said no.
 * `unknown`: it may have happened, so look in Pearsana before you try again.
 */
export const outcome = z.literal(['not_sent', 'refused', 'unknown']);
export type Outcome = z.infer<typeof outcome>;

/** One fault of a request: its place, and what is wrong. */
export interface Issue {
  /** Its place, as in `items[1].documentType`; empty if it is the request as a whole. */
  path: string;
  /** What is wrong, in words. It may follow the name of the field. */
  message: string;
}

/** One fault of a request: its place, and what is wrong. */
export const issue = z.object({ path: z.string(), message: z.string() }) satisfies z.ZodMiniType<Issue>;

/** The content of every failure: Pearsana's own envelope, with more fields. */
export interface Failure {
  /** For programs, and stable: one of `errorCodes`, or one of Pearsana's codes. */
  code: string;
  /** For people: what went wrong and what to do next. */
  message: string;
  /** For `VALIDATION_ERROR`: `errors` (sentences) and `issues`. Otherwise Pearsana's details. */
  details?: unknown;
  /** Quote it when you ask for help: it is in the BFF's log, and Pearsana received it too. */
  requestId: string;
  /** The environment in the request, if it exists, or if the caller's grants do not tell whether it exists. */
  environment?: string | undefined;
  /** Who said no. */
  source: ErrorSource;
  /** Whether the very same request may succeed later. */
  retryable: boolean;
  /**
   * What became of a failed write; only for writes. Absent if the failure is about an earlier write with the same key:
   * `IDEMPOTENCY_IN_PROGRESS` and `OUTCOME_KNOWN`.
   */
  outcome?: Outcome | undefined;
}

/** The content of every failure: Pearsana's own envelope, with more fields. */
export const failure = z.object({
  code: z.string(),
  message: z.string(),
  details: z.optional(z.unknown()),
  requestId: z.string(),
  environment: z.optional(z.string()),
  source: errorSource,
  retryable: z.boolean(),
  outcome: z.optional(outcome),
}) satisfies z.ZodMiniType<Failure>;

/** The body of every answer that is not a success. */
export const failureBody = z.object({ error: failure });
export type FailureBody = z.infer<typeof failureBody>;
