import type { KnownWrite } from '../activity.ts';
import { ClientError } from '../client-error.ts';
import { failureIn, idIn, type RowFailure } from './row-verdict.ts';

/** How a row ended. `known`: it had been done before. */
export type RowEnd = {
  state: 'succeeded' | 'known' | 'refused' | 'not_sent' | 'unknown';
  requestId?: string | undefined;
  /** Pearsana's id of the new record. */
  id?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
};

/** How a row ends without being sent, because of what is known about it. */
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
    'The connection to the BFF was lost before it answered. Start the import again: it then asks the BFF what became of this row.',
};
export const anotherBff: RowFailure = {
  ...{ code: 'ANOTHER_BFF', requestId: '' },
  message:
    'A different BFF answers at this address now, or the BFF has a different data directory. It does not know what was sent.',
};
export const anotherCaller: RowFailure = {
  ...{ code: 'ANOTHER_CALLER', requestId: '' },
  message: 'Somebody else has signed in since. An import belongs to the person who started it.',
};

/** What stopped an import, as it is told. */
export function failureOf(error: unknown): RowFailure {
  if (error instanceof ClientError) return failureIn(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', message, requestId: '' };
}
