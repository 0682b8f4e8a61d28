import * as z from 'zod/mini';

/** Who said no: our own BFF, the partner's API, or the partner's authorisation server. */
export const errorSource = z.enum(['bff', 'pearsana', 'auth']);
export type ErrorSource = z.infer<typeof errorSource>;

/**
 * What became of a write that failed.
 * `not_sent`: it never left, so it is safe to try again. `refused`: the partner said no.
 * `unknown`: it may have happened; look before you try again.
 */
export const outcome = z.enum(['not_sent', 'refused', 'unknown']);
export type Outcome = z.infer<typeof outcome>;

/** One thing wrong with a request: where (as in `identity.email`), and what, as a sentence. */
export const issue = z.object({ path: z.string(), message: z.string() });
export type Issue = z.infer<typeof issue>;

/** The inside of every failure: the partner's own envelope, with more in it. */
export const failure = z.object({
  /** Stable and for programs: one of `errorCodes`, or a code of the partner's. */
  code: z.string(),
  /** For people: what went wrong and what to do next. */
  message: z.string(),
  /** For `VALIDATION_ERROR`: `errors` (sentences) and `issues`; else what the partner sent. */
  details: z.optional(z.unknown()),
  /** Quote it when you ask for help: it stands in our log, and the partner received it too. */
  requestId: z.string(),
  /** The environment that was asked for, where there is one of that name, or where nothing is granted that could tell. */
  environment: z.optional(z.string()),
  source: errorSource,
  /** Whether the very same request may succeed later. */
  retryable: z.boolean(),
  /**
   * On every failed write, and only there. Absent where nothing is said of this write, but of the first one with the
   * same key: `IDEMPOTENCY_IN_PROGRESS` and `OUTCOME_KNOWN`.
   */
  outcome: z.optional(outcome),
});
export type Failure = z.infer<typeof failure>;

/** The body of every answer that is not a success. */
export const failureBody = z.object({ error: failure });
export type FailureBody = z.infer<typeof failureBody>;
