import type { Caller } from '../../callers/caller.ts';
import { isGranted } from '../../callers/grants.ts';
import type { Reader } from '../../journal/journal.ts';

/** A caller as the journal knows readers: of their own writes, or of everybody's where they may do everything. */
export function readerOf(caller: Caller, environment: string, requestId: string): Reader {
  return { caller: caller.id, environment, everybody: isGranted(caller, environment, '*'), requestId };
}
