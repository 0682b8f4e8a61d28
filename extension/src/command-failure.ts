import { ClientError, type ClientErrorReason } from '../../shared/client-error.ts';
import type { Failure } from '../../shared/errors.ts';

/** What this extension itself finds, beside the codes of the BFF and of the partner. */
export type ExtensionCode =
  | 'ARGUMENTS_INVALID'
  | 'BACKEND_CHANGED'
  | 'BACKEND_URL_INVALID'
  | 'BFF_UNREACHABLE'
  | 'CANCELLED'
  | 'CONTRACT_BROKEN'
  | 'ENVIRONMENT_MISMATCH'
  | 'NO_ENVIRONMENT'
  | 'NO_SUCH_WRITE'
  | 'NOT_SIGNED_IN'
  | 'SIGN_IN_DENIED'
  | 'SIGN_IN_EXPIRED'
  | 'SIGN_IN_TIMED_OUT'
  | 'UNEXPECTED';

/** Why a command failed, as plain data: it is kept with the last ping and returned to whoever called the command. */
export type CommandFailure = Omit<Failure, 'source' | 'requestId'> & {
  source: Failure['source'] | 'extension';
  /** Absent where nothing was sent. */
  requestId?: string;
  /** Seconds to wait before the next try. */
  retryAfterSeconds?: number;
};

/** A failure that needs no call to be found. Its message is for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ExtensionCode;

  constructor(code: ExtensionCode, message: string) {
    super(message);
    this.code = code;
  }
}

const codeOfReason = {
  unreachable: 'BFF_UNREACHABLE',
  contract: 'CONTRACT_BROKEN',
  invalid: 'ARGUMENTS_INVALID',
  environment: 'ENVIRONMENT_MISMATCH',
  cancelled: 'CANCELLED',
} as const satisfies Record<Exclude<ClientErrorReason, 'refused'>, ExtensionCode>;

/** Whatever was thrown, as a failure. Causes are left behind: they may quote what was sent. */
export function failureOf(error: unknown): CommandFailure {
  if (error instanceof ClientError) return failureOfCall(error);
  const code = error instanceof CommandError ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  return { code, message, source: 'extension', retryable: false };
}

function failureOfCall(error: ClientError): CommandFailure {
  const { reason, message, requestId, environment, outcome, retryAfterSeconds, failure } = error;
  return {
    ...(failure ?? {
      code: reason === 'refused' ? 'UNEXPECTED' : codeOfReason[reason],
      message,
      requestId,
      source: 'extension',
      retryable: reason === 'unreachable' || reason === 'cancelled',
    }),
    ...(environment !== undefined && { environment }),
    ...(outcome !== undefined && { outcome }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
