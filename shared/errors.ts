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
  /** The environment that was asked for, where there is one of that name. */
  environment: z.optional(z.string()),
  source: errorSource,
  /** Whether the very same request may succeed later. */
  retryable: z.boolean(),
  /** On every failed write, and only there. */
  outcome: z.optional(outcome),
});
export type Failure = z.infer<typeof failure>;

/** The body of every answer that is not a success. */
export const failureBody = z.object({ error: failure });
export type FailureBody = z.infer<typeof failureBody>;

type ErrorCodeFacts = {
  /** HTTP status of the BFF's answer. */
  status: number;
  source: ErrorSource;
  retryable: boolean;
  /** What it means for a write that ends with it, unless the place that raises it knows better. */
  outcome: Outcome;
};

const refusedByUs = { source: 'bff', retryable: false, outcome: 'not_sent' } as const;
const tryUsLater = { source: 'bff', retryable: true, outcome: 'not_sent' } as const;
const noToken = { source: 'auth', retryable: false, outcome: 'not_sent' } as const;
const authAway = { source: 'auth', retryable: true, outcome: 'not_sent' } as const;

/**
 * Every code of our own. 401 and 403 are only ever about our own caller: what the partner or its authorisation
 * server thinks of the BFF's credentials is a 502, 503 or 504, so that nobody signs in again for nothing.
 */
export const errorCodes = {
  VALIDATION_ERROR: { status: 400, ...refusedByUs },
  UNAUTHORIZED: { status: 401, ...refusedByUs },
  FORBIDDEN: { status: 403, ...refusedByUs },
  HOST_NOT_ALLOWED: { status: 403, ...refusedByUs },
  ENVIRONMENT_NOT_FOUND: { status: 404, ...refusedByUs },
  NOT_FOUND: { status: 404, ...refusedByUs },
  METHOD_NOT_ALLOWED: { status: 405, ...refusedByUs },
  PAYLOAD_TOO_LARGE: { status: 413, ...refusedByUs },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, ...refusedByUs },
  CONFIRMATION_REQUIRED: { status: 428, ...refusedByUs },
  RATE_LIMITED: { status: 429, ...tryUsLater },
  HEADERS_TOO_LARGE: { status: 431, ...refusedByUs },
  INTERNAL: { status: 500, source: 'bff', retryable: false, outcome: 'unknown' },
  BUSY: { status: 503, ...tryUsLater },
  SHUTTING_DOWN: { status: 503, ...tryUsLater },
  CLIENT_CREDENTIALS_REJECTED: { status: 502, ...noToken },
  SCOPE_NOT_ENABLED: { status: 502, ...noToken },
  AUTH_BAD_RESPONSE: { status: 502, ...authAway },
  AUTH_UNREACHABLE: { status: 503, ...authAway },
  AUTH_TIMEOUT: { status: 504, ...authAway },
  PARTNER_UNAUTHORIZED: { status: 502, source: 'pearsana', retryable: false, outcome: 'refused' },
  INSUFFICIENT_SCOPE: { status: 502, source: 'pearsana', retryable: false, outcome: 'refused' },
  PARTNER_UNREACHABLE: { status: 502, source: 'pearsana', retryable: true, outcome: 'unknown' },
  PARTNER_BAD_RESPONSE: { status: 502, source: 'pearsana', retryable: false, outcome: 'unknown' },
  PARTNER_ERROR: { status: 502, source: 'pearsana', retryable: true, outcome: 'unknown' },
  PARTNER_TIMEOUT: { status: 504, source: 'pearsana', retryable: true, outcome: 'unknown' },
} as const satisfies Record<string, ErrorCodeFacts>;

/** A code of our own; the partner's codes pass through beside them. */
export type ErrorCode = keyof typeof errorCodes;
