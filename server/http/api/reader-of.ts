import type { Caller } from '../../callers/caller.ts';
import { isGranted } from '../../callers/grants.ts';
import type { Reader } from '../../journal/journal.ts';

/** The caller as a reader of the journal. Callers see their own writes; a caller with every grant sees everybody's. */
export function readerOf(caller: Caller, environment: string, requestId: string): Reader {
  return { caller: caller.id, environment, everybody: isGranted(caller, environment, '*'), requestId };
}
