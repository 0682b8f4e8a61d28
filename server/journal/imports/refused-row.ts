import type { KnownWrite } from '../../../shared/activity.ts';
import { BffError } from '../../bff-error.ts';
import type { ImportRefusal, Intent, RecordedWrite } from '../journal-store.ts';

/** The error that says why a row of an import was not sent. */
export function refusedRow(
  refusal: ImportRefusal,
  { caller, import: asked }: Pick<Intent, 'caller' | 'import'>,
  environment: string,
): BffError {
  if ('waitMs' in refusal) {
    const seconds = Math.ceil(refusal.waitMs / 1_000);
    return BffError.of(
      'RATE_LIMITED',
      `Your imports in ${environment} may send ${asked?.perMinute} rows a minute. Try again in ${seconds} s.`,
      { retryAfterSeconds: seconds },
    );
  }
  if ('known' in refusal) {
    const { known, sameRequest } = refusal;
    return BffError.of('ALREADY_KNOWN', knownWords(known), {
      details: { ...toldWrite(known, caller), sameRequest },
    });
  }
  const id = asked?.id;
  switch (refusal.import) {
    case 'missing':
      return BffError.of(
        'IMPORT_NOT_FOUND',
        `You have no import ${id} in ${environment}. Announce it first.`,
      );
    case 'mismatch':
      return BffError.of(
        'IMPORT_MISMATCH',
        `The import ${id} is for a different operation. Announce an import for this operation.`,
      );
    case 'stopped':
      return BffError.of(
        'IMPORT_STOPPED',
        `The import ${id} has ended. Announce a new import to send more rows.`,
      );
    default:
      return BffError.of(
        'IMPORT_FULL',
        `The import ${id} has already sent as many rows as were confirmed. Announce a new import to send more.`,
      );
  }
}

/** What a caller is told about an earlier write. It does not name the sender, only whether it was this caller. */
export function toldWrite(write: RecordedWrite, caller: string): KnownWrite {
  const { id, state, startedAt, requestId, result, code } = write;
  return {
    ...{ id, state, startedAt, requestId, mine: write.caller === caller },
    ...(result !== null && { result }),
    ...(code !== null && { code }),
  };
}

function knownWords({ state, startedAt, requestId }: RecordedWrite): string {
  const which = `${startedAt}, request id ${requestId}`;
  switch (state) {
    case 'in_flight':
      return `Not sent: a write for the same person is being sent at this moment (${which}).`;
    case 'unknown':
      return `Not sent: an earlier write for the same person has no known outcome (${which}). Find out whether it happened, then resolve it.`;
    default:
      return `Not sent: this was done for the same person before (${which}).`;
  }
}
