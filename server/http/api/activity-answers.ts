import type { ActivityEntry } from '../../../shared/activity.ts';
import { operationNames } from '../../../shared/operations.ts';
import { BffError } from '../../bff-error.ts';
import { isGranted } from '../../callers/grants.ts';
import type { Journal } from '../../journal/journal.ts';
import type { OwnAnswers } from './own-routes.ts';
import { readerOf } from './reader-of.ts';

/** A row id of SQLite. More digits would exceed JavaScript's numbers. */
const writeId = /^\d{1,15}$/;
/** Where a page ended: at that write, or (with `u`) at that write among the unresolved ones. */
const pageEnd = /^u?\d{1,15}$/;

/**
 * What callers may see and resolve: their own writes, without any grant; and everybody's writes, if they may do everything
 * in the environment.
 */
export function createActivityAnswers(
  journal: Pick<Journal, 'activity' | 'resolve'>,
): Pick<OwnAnswers, 'activity' | 'resolve'> {
  return {
    async activity({ caller, context: { requestId }, parameters: { environment }, query }) {
      const { before, state, namespace, externalId, import: importId } = query;
      if (before !== undefined && !pageEnd.test(before)) {
        throw BffError.invalid([{ path: 'before', message: 'must be what an answer gave as `next`' }]);
      }
      const person =
        namespace !== undefined && externalId !== undefined ? { namespace, externalId } : undefined;
      const reader = readerOf(caller, environment, requestId);
      return journal.activity(reader, before, { state, person, import: importId });
    },
    async resolve({
      caller,
      context: { requestId },
      parameters: { environment, id },
      request: { happened },
    }) {
      const reader = readerOf(caller, environment, requestId);
      const granted = operationNames.filter((operation) => isGranted(caller, environment, operation));
      const activity = writeId.test(id) ? await journal.resolve(reader, id, happened, granted) : undefined;
      return { activity: resolved(activity, happened) };
    },
  };
}

/** The write, if it is now resolved as the caller said. Otherwise it throws the reason why not. */
function resolved(activity: ActivityEntry | undefined, happened: boolean): ActivityEntry {
  if (!activity) throw BffError.of('NOT_FOUND', 'You have no write with this id in this environment.');
  if (activity.resolved?.happened === happened) return activity;
  if (activity.state === 'in_flight') {
    throw BffError.of(
      'IDEMPOTENCY_IN_PROGRESS',
      'This write is being sent right now. Try again in a moment.',
      {
        retryAfterSeconds: 1,
      },
    );
  }
  throw BffError.of(
    'OUTCOME_KNOWN',
    `Nothing was changed: the outcome of this write is known already. It is ${activity.state}.`,
  );
}
