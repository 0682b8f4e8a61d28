import { ClientError, type ClientErrorReason } from '../../../shared/client-error.ts';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import type { Failure } from '../../../shared/errors.ts';

/** What this extension itself finds, beside the codes of the BFF and of the partner. */
export type ExtensionCode =
  | 'ARGUMENTS_INVALID'
  | 'BACKEND_CHANGED'
  | 'BACKEND_URL_INVALID'
  | 'BFF_OUTDATED'
  | 'BFF_NOT_STARTED'
  | 'BFF_UNREACHABLE'
  | 'CANCELLED'
  | 'CONTRACT_BROKEN'
  | 'ENVIRONMENT_MISMATCH'
  | 'FILE_NOT_USABLE'
  | 'IMPORT_NOT_USABLE'
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

/** A failure that ends a command, found without a call or by an earlier one. Its message is for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly failure: CommandFailure;

  constructor(code: ErrorCode | ExtensionCode, message: string, more: Partial<CommandFailure> = {}) {
    super(message);
    this.failure = { code, message, source: 'extension', retryable: false, ...more };
  }

  get code(): string {
    return this.failure.code;
  }

  static of(failure: CommandFailure): CommandError {
    return new CommandError('UNEXPECTED', failure.message, failure);
  }
}

/** The setting names another BFF than the one that the user saw. */
export function backendChanged(): CommandError {
  return new CommandError('BACKEND_CHANGED', 'The BFF was changed meanwhile.');
}

/** The BFF is older than imports. */
export function bffOutdated(): CommandError {
  return new CommandError('BFF_OUTDATED', 'The BFF is an older version, which has no imports.');
}

/**
 * The id by which the BFF's administrator and Pearsana find the request. Nothing where the request may never have left, as
 * when nobody answered the question before it: they would look for it in vain.
 */
export function traceableId({ source, code, outcome, requestId }: CommandFailure): string | undefined {
  const hasLeft = source !== 'extension' || outcome === 'unknown' || code === 'ENVIRONMENT_MISMATCH';
  return hasLeft && requestId !== '' ? requestId : undefined;
}

/** What the arguments of a command lack, or have too much of. */
export function argumentsInvalid(message: string): CommandError {
  return new CommandError('ARGUMENTS_INVALID', message);
}

const codeOfReason = {
  unreachable: 'BFF_UNREACHABLE',
  timeout: 'BFF_UNREACHABLE',
  proxy: 'BFF_UNREACHABLE',
  contract: 'CONTRACT_BROKEN',
  invalid: 'ARGUMENTS_INVALID',
  environment: 'ENVIRONMENT_MISMATCH',
  cancelled: 'CANCELLED',
} as const satisfies Record<Exclude<ClientErrorReason, 'refused'>, ExtensionCode>;

/** Whatever was thrown, as a failure. Causes are left behind: they may quote what was sent. */
export function failureOf(error: unknown): CommandFailure {
  if (error instanceof ClientError) return failureOfCall(error);
  if (error instanceof CommandError) return error.failure;
  return new CommandError('UNEXPECTED', error instanceof Error ? error.message : String(error)).failure;
}

function failureOfCall(error: ClientError): CommandFailure {
  const { message, requestId, environment, outcome, retryAfterSeconds } = error;
  return {
    ...(error.reason === 'refused'
      ? error.failure
      : {
          code: codeOfReason[error.reason],
          message,
          requestId,
          source: 'extension',
          retryable: !['invalid', 'contract', 'environment'].includes(error.reason),
        }),
    ...(environment !== undefined && { environment }),
    ...(outcome !== undefined && { outcome }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
