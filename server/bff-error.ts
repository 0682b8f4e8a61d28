import { type ErrorCode, errorCodes } from '../shared/error-codes.ts';
import type { ErrorSource, Issue, Outcome } from '../shared/errors.ts';
import { sentences } from '../shared/validate.ts';

type BffErrorFacts = {
  status: number;
  source: ErrorSource;
  retryable: boolean;
  outcome: Outcome | null;
  details?: unknown;
  /** Whole seconds, sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Response headers that belong to this failure, as `Allow` does to a 405. */
  headers?: Record<string, string>;
  cause?: unknown;
};

/** A failure that the caller is told. The message is for people, and contains no secret and nothing from a body. */
export class BffError extends Error {
  override readonly name = 'BffError';
  readonly code: string;
  readonly status: number;
  readonly source: ErrorSource;
  readonly retryable: boolean;
  readonly outcome: Outcome | null;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Record<string, string>;

  private constructor(code: string, message: string, facts: BffErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.source = facts.source;
    this.retryable = facts.retryable;
    this.outcome = facts.outcome;
    this.details = facts.details;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.headers = facts.headers ?? {};
  }

  /** A failure with one of our own codes. `facts` overrides the values in the table of codes. */
  static of(code: ErrorCode, message: string, facts: Partial<BffErrorFacts> = {}): BffError {
    return new BffError(code, message, { ...errorCodes[code], ...facts });
  }

  /** A refusal from Pearsana, passed on with its status, code and details. */
  static fromPartner(
    status: number,
    code: string,
    message: string,
    facts: Pick<BffErrorFacts, 'details' | 'retryAfterSeconds'>,
  ): BffError {
    return new BffError(code, message, {
      source: 'pearsana',
      retryable: status === 429,
      outcome: 'refused',
      ...facts,
      status,
    });
  }

  /** A request that breaks its contract, with a sentence and a path for each fault. */
  static invalid(issues: readonly Issue[]): BffError {
    const errors = sentences(issues);
    const [first = 'The request is not valid.'] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    return BffError.of('VALIDATION_ERROR', `${first}${more}`, { details: { errors, issues } });
  }
}
