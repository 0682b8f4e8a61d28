import { BffError } from '../../bff-error.ts';
import type { DatabaseFailure } from './database.ts';

/** Never a 401: that would sign everybody out. @param what cannot be checked, as in “your access key” */
export function busyWithoutDatabase(what: string, cause: DatabaseFailure): BffError {
  return BffError.of(
    'BUSY',
    `The BFF cannot check ${what} now, because it cannot reach its database. Nothing was sent; try again in a moment.`,
    { retryAfterSeconds: 1, cause },
  );
}
