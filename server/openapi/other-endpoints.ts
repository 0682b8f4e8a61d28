import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';

/** They reach nobody but the BFF itself. */
const own = { inEnvironment: false, writes: false, callsPartner: false, asksForToken: false } as const;

const forProbes = {
  ...own,
  method: 'GET',
  tag: 'The BFF',
  access: 'anybody',
  limitedBy: null,
  crossOrigin: false,
} as const;

/** What no client calls: a supervisor and a load balancer ask, and a page ends the session of its browser. */
export const otherEndpoints: readonly Endpoint[] = [
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
  {
    ...own,
    operationId: 'logout',
    method: 'POST',
    path: '/auth/logout',
    tag: 'Signing in',
    access: 'session',
    limitedBy: null,
    crossOrigin: true,
    summary: 'Sign out',
    description:
      'Ends the session that the cookie names, and takes the cookie away. No session is no failure.',
    answers: { 204: { description: 'There is no session any more.' } },
    // Where nobody signs in in a browser.
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
