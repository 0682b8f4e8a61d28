import type { Request, Response, Router } from 'express';
import {
  type ActivityAnswer,
  type ActivityEntry,
  activityPath,
  type ResolveAnswer,
  resolveRequest,
} from '../../../shared/activity.ts';
import { bodyCaps } from '../../../shared/body-caps.ts';
import { validate } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';
import { isGranted } from '../../callers/grants.ts';
import type { EnvironmentConfig } from '../../config/environment-config.ts';
import type { Journal, Reader } from '../../journal/journal.ts';
import { jsonBody } from '../json-body.ts';
import { callerOf, route } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { environmentNotFound, grantedTo } from './named-environment.ts';

export type ActivityDependencies = {
  environments: readonly EnvironmentConfig[];
  journal: Pick<Journal, 'activity' | 'resolve'>;
};

const readResolution = jsonBody(bodyCaps.resolution);
/** As SQLite counts rows; more digits would be no number any more. */
const writeId = /^\d{1,15}$/;
/** Where a page ended: at that write, or (`u`) at that one among what nobody has resolved. */
const pageEnd = /^u?\d{1,15}$/;

/**
 * What callers may see and say of writes: of their own, for which no grant is needed, and of everybody's where they may do
 * everything in the environment.
 */
export function addActivityRoutes(router: Router, { environments, journal }: ActivityDependencies): void {
  const path = activityPath(':environment');

  /** The caller, and the environment that the path names. */
  function readerOf(request: Request, response: Response): Reader {
    const { context } = response.locals;
    const caller = callerOf(response);
    const known = grantedTo(caller, environments);
    const environment = known.find(({ id }) => id === request.params.environment)?.id;
    if (environment === undefined) throw environmentNotFound(known);
    context.environment = environment;
    const everybody = isGranted(caller, environment, '*');
    return { caller: caller.id, environment, everybody, requestId: context.requestId };
  }

  route(router, 'GET', path, async (request, response) => {
    const reader = readerOf(request, response);
    const { before } = request.query;
    if (before !== undefined && !(typeof before === 'string' && pageEnd.test(before))) {
      throw BffError.invalid([{ path: 'before', message: 'must be what an answer gave as `next`' }]);
    }
    const { environment, requestId } = reader;
    const answer: ActivityAnswer = { environment, requestId, ...(await journal.activity(reader, before)) };
    sendJson(response, 200, answer);
  });

  route(router, 'POST', `${path}/:id/resolve`, async (request, response) => {
    const reader = readerOf(request, response);
    const validation = validate(resolveRequest, await readResolution(request));
    if (!validation.ok) throw BffError.invalid(validation.issues);
    const { happened } = validation.value;
    const id = String(request.params.id);
    const activity = writeId.test(id) ? await journal.resolve(reader, id, happened) : undefined;
    const { environment, requestId } = reader;
    const answer: ResolveAnswer = { environment, requestId, activity: resolved(activity, happened) };
    sendJson(response, 200, answer);
  });
}

/** The write, if it is now resolved as was wanted. */
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
