import { knownWrite } from '../activity.ts';
import type { ClientError, ClientErrorReason } from '../client-error.ts';
import { valueAt } from '../validate.ts';

/** The part of a failure that is kept for the results and the person. Never a body. */
export type RowFailure = { code: string; message: string; requestId: string };

/** What an answer means for its row, and for all later rows. */
export type Verdict =
  /** The row is done, now or before. */
  | { kind: 'done'; state: 'succeeded' | 'known'; requestId: string; id?: string | undefined }
  /** The row ends here: it was not done, or its outcome is unknown. */
  | { kind: 'failed'; state: 'refused' | 'not_sent' | 'unknown'; failure: RowFailure }
  /**
   * Nothing was sent. The row may be sent again after a while. `isUnderWay`: an earlier request for it has not ended yet.
   * `isLimit`: the BFF's own limit, which says nothing of the row: other imports of this caller may have used it up.
   */
  | {
      kind: 'later';
      failure: RowFailure;
      afterMs?: number | undefined;
      isUnderWay?: boolean;
      isLimit?: boolean;
    }
  /** The BFF did not answer. If the row may have reached it (`unknown`), only the BFF knows what happened to the row. */
  | { kind: 'away'; state: 'not_sent' | 'unknown'; failure: RowFailure }
  /** Every other row would fail in the same way. */
  | { kind: 'stop'; state: 'refused' | 'not_sent'; failure: RowFailure };

/** The codes of failures that every further row of the import would meet too. */
const stopsAll = new Set([
  ...['UNAUTHORIZED', 'FORBIDDEN', 'HOST_NOT_ALLOWED', 'ENVIRONMENT_NOT_FOUND'],
  ...['IMPORT_NOT_FOUND', 'IMPORT_MISMATCH', 'IMPORT_STOPPED', 'IMPORT_FULL', 'IMPORTS_NOT_ALLOWED'],
  ...['SCOPE_NOT_ENABLED', 'INSUFFICIENT_SCOPE', 'CLIENT_CREDENTIALS_REJECTED', 'PARTNER_UNAUTHORIZED'],
  ...['JOURNAL_UNAVAILABLE', 'CONFIRMATION_REQUIRED'],
]);

const noAnswer = new Set<ClientErrorReason>(['unreachable', 'timeout', 'proxy', 'cancelled', 'contract']);

/** The status with which Pearsana says that it no longer serves the API version that the BFF uses. */
const versionEnded = 410;

/** Decides what a failed call means for its row. */
export function verdictOn(error: ClientError): Verdict {
  const { reason, status, outcome: state = 'unknown', retryAfterSeconds } = error;
  const { source, retryable, details } = error.failure ?? {};
  const failure = failureIn(error);
  const { code } = failure;
  const later: Verdict = {
    ...{ kind: 'later', failure },
    afterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000,
    isLimit: status === 429 && source === 'bff' && retryAfterSeconds !== undefined,
  };
  if (reason === 'unreachable' && state === 'not_sent') return { kind: 'away', state, failure };
  // If the answer is not from the BFF, we do not know what the BFF did.
  if (noAnswer.has(reason) && state !== 'not_sent') return { kind: 'away', state: 'unknown', failure };
  if (code === 'ALREADY_KNOWN') return verdictOnKnown(details, failure);
  if (stopsAll.has(code) || error.isFromOlderBff || (source === 'pearsana' && status === versionEnded))
    return { kind: 'stop', state: state === 'refused' ? 'refused' : 'not_sent', failure };
  // Its Retry-After is about this row alone, so it must not slow down the others.
  if (code === 'IDEMPOTENCY_IN_PROGRESS') return { kind: 'later', failure, isUnderWay: true };
  if (state !== 'unknown' && (status === 429 || (state === 'not_sent' && retryable))) return later;
  return { kind: 'failed', state, failure };
}

/** What a person is told about a failed call. */
export function failureIn(error: ClientError): RowFailure {
  const { reason, failure, message, requestId, origin } = error;
  return {
    ...{ code: failure?.code ?? reason, requestId },
    message: error.isFromOlderBff
      ? `The BFF at ${origin} is an older version, which has no imports. Ask your BFF administrator to update it.`
      : message,
  };
}

/** Somebody has written to the row's person before. */
function verdictOnKnown(details: unknown, failure: RowFailure): Verdict {
  const known = knownWrite.safeParse(details).data;
  if (known?.state === 'in_flight') return { kind: 'later', failure, isUnderWay: true };
  if (known?.state === 'succeeded')
    return { kind: 'done', state: 'known', requestId: known.requestId, id: idIn(known.result) };
  return { kind: 'failed', state: 'unknown', failure };
}

/** Pearsana's id of the new record, wherever the answer contains it. */
export function idIn(result: unknown): string | undefined {
  const places = [
    ['invitation', 'invitationId'],
    ['user', 'userId'],
    ['document', 'documentId'],
  ];
  return places.map((path) => valueAt(result, path)).find((id) => typeof id === 'string');
}
