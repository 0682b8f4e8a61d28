import { logoutPath } from '../../shared/sign-in.ts';
import { version } from '../version.ts';
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
    description:
      'For a supervisor: tells whether the process is alive, and its version. It needs no access key.',
    answers: { 200: { description: 'The process is alive.', body: status(['ok'], { version }) } },
  },
  {
    ...forProbes,
    operationId: 'readyz',
    path: '/readyz',
    summary: 'Check that the BFF accepts requests',
    description:
      'For a load balancer: tells whether the BFF takes new requests. The answer is about the BFF alone, not about Pearsana. It needs no access key.',
    answers: {
      200: {
        description:
          'The BFF takes requests. `degraded`: not all of it works, for the `reasons` that are named by their codes.',
        body: status(['ready', 'degraded'], { reasons: ['JOURNAL_UNAVAILABLE'] }),
      },
      503: {
        description: 'The BFF is stopping, or it has not yet read its access keys from its database.',
        body: status(['starting', 'shutting-down']),
      },
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

/** @param more further fields that may be there, with examples of them. */
function status(
  words: readonly string[],
  more: Readonly<Record<string, string | readonly string[]>> = {},
): { schema: Json; example: Json } {
  const text = { type: 'string' };
  const fields = Object.entries(more).map(([name, value]): [string, Json] => [
    name,
    typeof value === 'string' ? text : { type: 'array', items: text },
  ]);
  return {
    schema: {
      type: 'object',
      properties: { status: { ...text, enum: [...words] }, ...Object.fromEntries(fields) },
      required: ['status'],
    },
    example: { status: words.at(-1) ?? '', ...more } as Json,
  };
}
