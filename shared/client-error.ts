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
 * `unreachable`: no answer came from the BFF. `refused`: the BFF answered with a failure, which is in `failure`.
 * `invalid`: the request breaks its contract and was not sent; `issues` says where.
 * `contract`: the answer does not have the expected form, so it is not from a compatible BFF. Its body is never shown.
 * `environment`: the answer is from another environment than the one in the call. `cancelled`: by the caller's signal.
 */
export type ClientErrorReason =
  | 'unreachable'
  | 'refused'
  | 'invalid'
  | 'contract'
  | 'environment'
  | 'cancelled';

/** The error of all methods of the client. The message is for people, and contains no body, key or token. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly reason: ClientErrorReason;
  /** The BFF that was called. */
  readonly origin: string;
  readonly requestId: string;
  readonly environment: string | undefined;
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** The BFF's failure, if the reason is `refused`. */
  readonly failure: Failure | undefined;
  /** The faults of the request, if the reason is `invalid`. */
  readonly issues: readonly Issue[];
  /** How many seconds to wait, if the BFF said so. */
  readonly retryAfterSeconds: number | undefined;
  /** For a write: what became of it. */
  readonly outcome: Outcome | undefined;
  /** For a write: its key. Send the same request with this key to retry: it is never done twice. */
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
    // A request that has left is up to the BFF: only the BFF can say that a write was not sent on.
    const outcome = more.failure?.outcome ?? (reason === 'invalid' ? 'not_sent' : 'unknown');
    this.outcome = context.writes ? outcome : undefined;
  }

  /**
   * Whether the BFF itself says that it does not have the path, because it is an older version. A 404 from Pearsana is about
   * a person instead, and a path that contains an id may lack only that id.
   */
  get isFromOlderBff(): boolean {
    const { source, code = '' } = this.failure ?? {};
    return source === 'bff' && ['NOT_FOUND', 'METHOD_NOT_ALLOWED'].includes(code);
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
