import type { ErrorSource, Outcome } from './errors.ts';

type ErrorCodeFacts = {
  /** HTTP status of the BFF's answer. */
  status: number;
  source: ErrorSource;
  retryable: boolean;
  /**
   * The outcome of a write that fails with this code, unless the code that raises it knows better. Null if the code is about
   * an earlier write with the same key.
   */
  outcome: Outcome | null;
};

const refusedByUs = { source: 'bff', retryable: false, outcome: 'not_sent' } as const;
const keyIsTaken = { status: 409, source: 'bff' } as const;
const tryUsLater = { source: 'bff', retryable: true, outcome: 'not_sent' } as const;
const noToken = { source: 'auth', retryable: false, outcome: 'not_sent' } as const;
const authAway = { source: 'auth', retryable: true, outcome: 'not_sent' } as const;

/**
 * All our own codes. 401 and 403 are only ever about the BFF's caller. If Pearsana or its authorisation server rejects the
 * BFF's credentials, that is a 502, 503 or 504, so that nobody signs in again for nothing.
 */
export const errorCodes = {
  VALIDATION_ERROR: { status: 400, ...refusedByUs },
  LOGIN_FAILED: { status: 400, ...refusedByUs },
  UNAUTHORIZED: { status: 401, ...refusedByUs },
  FORBIDDEN: { status: 403, ...refusedByUs },
  IMPORTS_NOT_ALLOWED: { status: 403, ...refusedByUs },
  HOST_NOT_ALLOWED: { status: 403, ...refusedByUs },
  ENVIRONMENT_NOT_FOUND: { status: 404, ...refusedByUs },
  IMPORT_NOT_FOUND: { status: 404, ...refusedByUs },
  NOT_FOUND: { status: 404, ...refusedByUs },
  METHOD_NOT_ALLOWED: { status: 405, ...refusedByUs },
  IDEMPOTENCY_IN_PROGRESS: { ...keyIsTaken, retryable: true, outcome: null },
  OUTCOME_UNKNOWN: { ...keyIsTaken, retryable: false, outcome: 'unknown' },
  OUTCOME_KNOWN: { ...keyIsTaken, retryable: false, outcome: null },
  ALREADY_KNOWN: { status: 409, ...refusedByUs },
  IMPORT_FULL: { status: 409, ...refusedByUs },
  IMPORT_MISMATCH: { status: 409, ...refusedByUs },
  IMPORT_STOPPED: { status: 409, ...refusedByUs },
  PAYLOAD_TOO_LARGE: { status: 413, ...refusedByUs },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, ...refusedByUs },
  IDEMPOTENCY_MISMATCH: { status: 422, ...refusedByUs },
  CONFIRMATION_REQUIRED: { status: 428, ...refusedByUs },
  RATE_LIMITED: { status: 429, ...tryUsLater },
  HEADERS_TOO_LARGE: { status: 431, ...refusedByUs },
  INTERNAL: { status: 500, source: 'bff', retryable: false, outcome: 'unknown' },
  BUSY: { status: 503, ...tryUsLater },
  LOGIN_UNAVAILABLE: { status: 503, ...tryUsLater },
  SHUTTING_DOWN: { status: 503, ...tryUsLater },
  JOURNAL_UNAVAILABLE: { status: 503, ...tryUsLater },
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

/** One of our own codes. Pearsana's codes are passed on too. */
export type ErrorCode = keyof typeof errorCodes;
