import { logoutPath } from '../../shared/sign-in.ts';
import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';

/** The BFF answers these itself. */
const own = { inEnvironment: false, writes: false, callsPartner: false, asksForToken: false } as const;

const forProbes = {
  ...own,
  method: 'GET',
  tag: 'The BFF',
  access: 'anybody',
  limitedBy: null,
  crossOrigin: false,
} as const;

/** Endpoints that are not in the table: those for a supervisor and a load balancer, and the one with which a page ends a session. */
export const otherEndpoints: readonly Endpoint[] = [
  {
    ...forProbes,
    operationId: 'livez',
    path: '/livez',
    summary: 'Check that the BFF is running',
    description: 'For a supervisor: tells whether the process is alive. It needs no access key.',
    answers: { 200: { description: 'The process is alive.', body: status('ok') } },
  },
  {
    ...forProbes,
    operationId: 'readyz',
    path: '/readyz',
    summary: 'Check that the BFF accepts requests',
    description:
      'For a load balancer: tells whether the BFF takes new requests. The answer is about the BFF alone, not about Pearsana. It needs no access key.',
    answers: {
      200: { description: 'The BFF takes requests.', body: status('ready') },
      503: { description: 'The BFF is stopping.', body: status('shutting-down') },
    },
  },
  {
    ...own,
    operationId: 'logout',
    method: 'POST',
    path: logoutPath,
    tag: 'Signing in',
    access: 'session',
    limitedBy: null,
    crossOrigin: true,
    summary: 'End the session of a browser',
    description:
      'Ends the session of the cookie, and removes the cookie. It also succeeds if there is no session.',
    answers: { 204: { description: 'The session has ended.' } },
    // If sign-in in a browser is not set up.
    codes: ['NOT_FOUND'],
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
