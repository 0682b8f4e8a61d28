import { defaultFileLimits } from '../../shared/documents.ts';
import type { EnvironmentsAnswer, SessionAnswer } from '../../shared/environments.ts';
import { operationNames } from '../../shared/operations.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';
import { requestIdExample as requestId } from './headers.ts';

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
  fileLimits: defaultFileLimits,
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

const forCallers = { ...own, access: 'caller', limitedBy: 'caller', crossOrigin: true } as const;
const forProbes = { ...own, access: 'anybody', limitedBy: null, crossOrigin: false } as const;

/** The endpoints that are no row of the table. */
export const ownEndpoints: readonly Endpoint[] = [
  {
    ...forCallers,
    operationId: 'session',
    path: '/api/session',
    summary: 'Session',
    description: 'Who the BFF takes you for, and what you may do.',
    answers: {
      200: { description: 'You.', body: { schema: schemaRef('sessionAnswer'), example: session } },
    },
  },
  {
    ...forCallers,
    operationId: 'environments',
    path: '/api/environments',
    summary: 'Environments',
    description:
      'The environments, what you may do there, and where their tokens stand. No token is asked for.',
    answers: {
      200: {
        description: 'Every environment where you may do something; the sandbox before production.',
        body: { schema: schemaRef('environmentsAnswer'), example: environments },
      },
    },
  },
  {
    ...forProbes,
    operationId: 'livez',
    path: '/livez',
    summary: 'Alive',
    description: 'For a supervisor: whether the process answers. It needs no access key.',
    answers: { 200: { description: 'It does.', body: status('ok') } },
  },
  {
    ...forProbes,
    operationId: 'readyz',
    path: '/readyz',
    summary: 'Ready',
    description:
      'For a load balancer: whether new requests are welcome. It tells of the BFF alone, never of the partner, and needs no access key.',
    answers: {
      200: { description: 'They are.', body: status('ready') },
      503: { description: 'They are not: the BFF is about to end.', body: status('shutting-down') },
    },
  },
];

function status(word: string): { schema: Json; example: Json } {
  return {
    schema: {
      type: 'object',
      properties: { status: { type: 'string', enum: [word] } },
      required: ['status'],
    },
    example: { status: word },
  };
}
