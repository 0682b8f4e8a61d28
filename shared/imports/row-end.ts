import type { KnownWrite } from '../activity.ts';
import { ClientError } from '../client-error.ts';
import { failureIn, idIn, type RowFailure } from './row-verdict.ts';

/** How a row ended. `known`: the write was done before. */
export type RowEnd = {
  state: 'succeeded' | 'known' | 'refused' | 'not_sent' | 'unknown';
  requestId?: string | undefined;
  /** Pearsana's id of the new record. */
  id?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
};

/** How a row ends that is not sent because of an earlier write; undefined if the row should be sent. */
export function endOfKnown(known: KnownWrite, again: boolean): RowEnd | undefined {
  if (known.state === 'unknown') {
    return {
      ...{ state: 'unknown', code: 'OUTCOME_UNKNOWN', requestId: known.requestId },
      message: 'Not sent: an earlier write for this person has no known outcome. Resolve it first.',
    };
  }
  if (known.state === 'succeeded' && !again)
    return { state: 'known', requestId: known.requestId, id: idIn(known.result) };
  return undefined;
}

export const notReached: RowEnd = {
  ...{ state: 'not_sent', code: 'NOT_REACHED' },
  message: 'Not sent: the import ended before this row.',
};
export const mayHaveBeenSent: RowEnd = {
  ...{ state: 'unknown', code: 'BFF_UNREACHABLE' },
  message:
    'The connection was lost before the BFF answered. Start the import again: it then asks the BFF what happened to this row.',
};
export const anotherBff: RowFailure = {
  ...{ code: 'ANOTHER_BFF', requestId: '' },
  message:
    'A different BFF now answers at this address, or the BFF uses a different data directory. It does not know what was sent.',
};
export const anotherCaller: RowFailure = {
  ...{ code: 'ANOTHER_CALLER', requestId: '' },
  message:
    'Somebody else has signed in since the import started. Only the person who started an import can continue it.',
};

/** Describes the error that stopped an import. */
export function rowFailureOf(error: unknown): RowFailure {
  if (error instanceof ClientError) return failureIn(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', message, requestId: '' };
}
