import type { ActivityAnswer, ActivityEntry, ResolveAnswer, ResolveRequest } from '../../shared/activity.ts';
import { activityPath } from '../../shared/activity.ts';
import { bodyCaps } from '../../shared/body-caps.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Endpoint } from './endpoint.ts';
import { parameters, requestIdExample as requestId } from './headers.ts';

const environment = parameters.environment.example;

const entry: ActivityEntry = {
  id: '42',
  operation: 'createUser',
  caller: 'ada-laptop',
  state: 'unknown',
  startedAt: '2026-01-30T12:00:00.000Z',
  endedAt: '2026-01-30T12:00:10.000Z',
  requestId,
  externalReferences: [{ namespace: 'SIS', externalId: '20261234' }],
  code: 'PARTNER_TIMEOUT',
  status: null,
  partnerRequestId: null,
  result: null,
  resolved: null,
};
const activity: ActivityAnswer = { environment, requestId, activity: [entry], next: null };
const resolution: ResolveRequest = { happened: true };
const resolved: ResolveAnswer = {
  environment,
  requestId,
  activity: {
    ...entry,
    state: 'succeeded',
    resolved: { happened: true, by: 'ada-laptop', at: '2026-01-30T12:05:00.000Z' },
  },
};

const ofCallers = {
  tag: 'Your writes',
  access: 'caller',
  limitedBy: 'caller',
  crossOrigin: true,
  inEnvironment: true,
  // Nothing of this goes to the partner.
  writes: false,
  callsPartner: false,
  asksForToken: false,
} as const;

/** What callers may see and say of their own writes. */
export const activityEndpoints: readonly Endpoint[] = [
  {
    ...ofCallers,
    operationId: 'activity',
    method: 'GET',
    path: activityPath('{environment}'),
    parameters: ['before'],
    summary: 'Activity',
    description:
      'Your own writes in an environment, newest first, page by page. Of a person it holds the external references, and nothing else.',
    answers: {
      200: { description: 'One page.', body: { schema: schemaRef('activityAnswer'), example: activity } },
    },
    codes: ['JOURNAL_UNAVAILABLE'],
  },
  {
    ...ofCallers,
    operationId: 'resolve',
    method: 'POST',
    path: `${activityPath('{environment}')}/{id}/resolve`,
    parameters: ['writeId'],
    summary: 'Resolve',
    description:
      'Notes whether a write whose outcome is unknown happened, once a person has looked at Pearsana. One that did not happen may be sent again with the same `Idempotency-Key`. Nothing is sent to the partner.',
    request: { schema: schemaRef('resolveRequest'), example: resolution, bodyCap: bodyCaps.resolution },
    answers: {
      200: { description: 'It is noted.', body: { schema: schemaRef('resolveAnswer'), example: resolved } },
    },
    codes: ['NOT_FOUND', 'IDEMPOTENCY_IN_PROGRESS', 'OUTCOME_KNOWN', 'JOURNAL_UNAVAILABLE'],
  },
];
