import {
  type ActivityAnswer,
  type ActivityEntry,
  activityPath,
  type ResolveAnswer,
} from '../../shared/activity.ts';
import type { EnvironmentsAnswer, SessionAnswer } from '../../shared/environments.ts';
import { operationNames } from '../../shared/operations.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';
import { parameters, requestIdExample as requestId } from './headers.ts';

const session: SessionAnswer = {
  requestId,
  caller: { id: 'access-key', kind: 'access-key' },
  grants: ['*:*'],
};

const environments: EnvironmentsAnswer = {
  requestId,
  environments: [
    {
      id: 'sandbox',
      name: 'sandbox',
      kind: 'sandbox',
      protected: false,
      apiUrl: 'https://sandbox.api.pearsana.com',
      grants: operationNames,
      tokens: [{ scopes: ['pearsana-partner/ping'], state: 'fresh', expiresAt: '2026-01-30T13:00:00.000Z' }],
    },
  ],
};

const environment = parameters.environment.example;
const time = '2026-01-30T12:00:00.000Z';

const write: ActivityEntry = {
  id: '42',
  operation: 'createUser',
  state: 'unknown',
  startedAt: time,
  endedAt: time,
  requestId,
  externalReferences: [{ namespace: 'SIS', externalId: '20261234' }],
  code: 'PARTNER_TIMEOUT',
  status: null,
  partnerRequestId: null,
  result: null,
  resolved: null,
};

const rowNumber = { type: 'string', maxLength: 15, pattern: '^\\d{1,15}$' };
const before: Json = {
  name: 'before',
  in: 'query',
  required: false,
  description: 'Goes on where `next` of an answer says.',
  schema: rowNumber,
};
const writeId: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The `id` of one of your writes.',
  schema: rowNumber,
};

/** What all of these have in common: they tell of the BFF itself, and reach nobody else. */
const own = {
  method: 'GET',
  tag: 'The BFF',
  inEnvironment: false,
  writes: false,
  callsPartner: false,
  asksForToken: false,
} as const;

/** The endpoints that are no row of the table; what is below `/auth` is for browsers and our own extension. */
export const ownEndpoints: readonly Endpoint[] = [
  {
    ...own,
    operationId: 'session',
    path: '/api/session',
    summary: 'Session',
    description: 'Who the BFF takes you for, and what you may do.',
    authenticated: true,
    answers: { 200: { description: 'You.', schema: schemaRef('sessionAnswer'), example: session } },
  },
  {
    ...own,
    operationId: 'environments',
    path: '/api/environments',
    summary: 'Environments',
    description:
      'The environments, what you may do there, and where their tokens stand. No token is asked for.',
    authenticated: true,
    answers: {
      200: {
        description: 'Every environment; the sandbox before production.',
        schema: schemaRef('environmentsAnswer'),
        example: environments,
      },
    },
  },
  {
    ...own,
    operationId: 'activity',
    path: activityPath('{environment}'),
    tag: 'Activity',
    summary: 'Activity',
    description:
      'Your own writes in this environment, newest first, 50 at a time; they are kept for 30 days.',
    authenticated: true,
    inEnvironment: true,
    parameters: [before],
    codes: ['JOURNAL_UNAVAILABLE'],
    answers: {
      200: {
        description: 'What you wrote, with its state, ids and references, and nothing else of it.',
        schema: schemaRef('activityAnswer'),
        example: { environment, requestId, activity: [write], next: null } satisfies ActivityAnswer,
      },
    },
  },
  {
    ...own,
    operationId: 'resolve',
    method: 'POST',
    path: `${activityPath('{environment}')}/{id}/resolve`,
    tag: 'Activity',
    summary: 'Resolve',
    description:
      'Says of a write whose outcome is unknown whether it happened, once you have looked at Pearsana for it. After `false` its key may be sent again; after `true` never. Nothing is sent to the partner.',
    authenticated: true,
    inEnvironment: true,
    parameters: [writeId],
    codes: ['NOT_FOUND', 'IDEMPOTENCY_IN_PROGRESS', 'OUTCOME_KNOWN', 'JOURNAL_UNAVAILABLE'],
    request: { schema: schemaRef('resolveRequest'), example: { happened: true }, bodyCap: 1_024 },
    answers: {
      200: {
        description: 'The write, as it is now.',
        schema: schemaRef('resolveAnswer'),
        example: {
          environment,
          requestId,
          activity: {
            ...write,
            state: 'succeeded',
            resolved: { happened: true, by: 'ada-laptop', at: time },
          },
        } satisfies ResolveAnswer,
      },
    },
  },
  {
    ...own,
    operationId: 'livez',
    path: '/livez',
    summary: 'Alive',
    description: 'For a supervisor: whether the process answers. It needs no access key.',
    authenticated: false,
    answers: { 200: { description: 'It does.', schema: status('ok'), example: { status: 'ok' } } },
  },
  {
    ...own,
    operationId: 'readyz',
    path: '/readyz',
    summary: 'Ready',
    description:
      'For a load balancer: whether new requests are welcome. It tells of the BFF alone, never of the partner, and needs no access key.',
    authenticated: false,
    answers: {
      200: { description: 'They are.', schema: status('ready'), example: { status: 'ready' } },
      503: {
        description: 'They are not: the BFF is about to end.',
        schema: status('shutting-down'),
        example: { status: 'shutting-down' },
      },
    },
  },
];

function status(word: string): Json {
  return {
    type: 'object',
    properties: { status: { type: 'string', enum: [word] } },
    required: ['status'],
  };
}
