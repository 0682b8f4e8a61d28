import type { Failure, Issue, Outcome } from './errors.ts';
import { sentences } from './validate.ts';

type CallContext = {
  origin: string;
  requestId: string;
  environment: string | undefined;
  writes: boolean;
  idempotencyKey?: string | undefined;
};
type IssuePath = { path: PropertyKey[] };

/**
 * Why a call through the client failed.
 * `unreachable`: no answer came from the BFF. `refused`: it answered with a failure, which is in `failure`.
 * `invalid`: the request breaks its contract and was not sent; `issues` says where.
 * `contract`: what answered does not speak the contract; its body is never shown.
 * `environment`: the answer speaks of another environment than the one asked for. `cancelled`: by the caller's signal.
 */
export type ClientErrorReason =
  | 'unreachable'
  | 'refused'
  | 'invalid'
  | 'contract'
  | 'environment'
  | 'cancelled';

/** The one error that the client's methods fail with. Its message is for people and holds no body, key or token. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly reason: ClientErrorReason;
  /** The BFF that was called. */
  readonly origin: string;
  readonly requestId: string;
  readonly environment: string | undefined;
  /** HTTP status, where an answer came. */
  readonly status: number | undefined;
  /** What the BFF said, with `refused`. */
  readonly failure: Failure | undefined;
  /** What is wrong with the request, with `invalid`. */
  readonly issues: readonly Issue[];
  /** Seconds to wait, where the BFF said so. */
  readonly retryAfterSeconds: number | undefined;
  /** For a write: what became of it. */
  readonly outcome: Outcome | undefined;
  /** For a write: what stands for its intention. With it the same request can be sent again, and is not done twice. */
  readonly idempotencyKey: string | undefined;

  private constructor(
    reason: ClientErrorReason,
    message: string,
    context: CallContext,
    more: { cause?: unknown; response?: Response; failure?: Failure; issues?: readonly Issue[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.reason = reason;
    this.origin = context.origin;
    this.requestId = more.failure?.requestId ?? context.requestId;
    this.environment = context.environment;
    this.idempotencyKey = context.idempotencyKey;
    this.status = more.response?.status;
    this.failure = more.failure;
    this.issues = more.issues ?? [];
    const retryAfter = Number(more.response?.headers.get('retry-after') ?? Number.NaN);
    this.retryAfterSeconds = retryAfter >= 0 ? retryAfter : undefined;
    // What left this client is in the BFF's hands: only its own word says that a write was not sent on.
    const outcome = more.failure?.outcome ?? (reason === 'invalid' ? 'not_sent' : 'unknown');
    this.outcome = context.writes ? outcome : undefined;
  }

  static unreachable(context: CallContext, why: string | undefined, cause: unknown): ClientError {
    const reason = why === undefined ? '' : `: ${why}`;
    return new ClientError(
      'unreachable',
      `The BFF at ${context.origin} could not be reached${reason}.`,
      context,
      { cause },
    );
  }

  static cancelled(context: CallContext, cause: unknown): ClientError {
    return new ClientError('cancelled', 'The call was cancelled.', context, { cause });
  }

  static invalid(context: CallContext, issues: readonly Issue[]): ClientError {
    return new ClientError('invalid', sentences(issues).join('\n'), context, { issues });
  }

  static refused(context: CallContext, response: Response, failure: Failure): ClientError {
    return new ClientError('refused', failure.message, context, { response, failure });
  }

  static contract(context: CallContext, response: Response, issues: readonly IssuePath[]): ClientError {
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
    const where = issues.map(({ path }) => path.join('.') || 'the body itself').slice(0, 5);
    return new ClientError(
      'contract',
      `${context.origin} is not a Pearsana BFF, or is an incompatible version (status ${response.status}, ${type}; unexpected at: ${where.join(', ')}).`,
      context,
      { response },
    );
  }

  static environment(context: CallContext, answered: string): ClientError {
    return new ClientError(
      'environment',
      `You called the environment “${context.environment}”, but the answer came from “${answered}”. Do not rely on it, and tell your BFF administrator.`,
      context,
    );
  }
}
