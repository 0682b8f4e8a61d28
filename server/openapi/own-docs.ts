import type { ActivityEntry } from '../../shared/activity.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import type { Endpoints } from '../../shared/endpoints.ts';
import { type OperationName, operationNames } from '../../shared/operations.ts';
import type { DocsOf } from './endpoint-doc.ts';
import { parameters, requestIdExample as requestId, rowIdSchema } from './headers.ts';

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

/** What the table cannot say of the rows that are no operations. */
export const ownDocs: DocsOf<Omit<Endpoints, OperationName>> = {
  session: {
    tag: 'The BFF',
    summary: 'Session',
    description: 'Who the BFF takes you for, and what you may do.',
    success: 'You.',
    answer: { requestId, caller: { id: 'access-key', kind: 'access-key' }, grants: ['*:*'] },
  },
  environments: {
    tag: 'The BFF',
    summary: 'Environments',
    description:
      'The environments, what you may do there, and where their tokens stand. No token is asked for.',
    success: 'Every environment where you may do something; the sandbox before production.',
    answer: {
      requestId,
      environments: [
        {
          id: 'sandbox',
          name: 'sandbox',
          kind: 'sandbox',
          protected: false,
          apiUrl: 'https://sandbox.api.pearsana.com',
          grants: operationNames,
          tokens: [
            { scopes: ['pearsana-partner/ping'], state: 'fresh', expiresAt: '2026-01-30T13:00:00.000Z' },
          ],
        },
      ],
      fileLimits: defaultFileLimits,
    },
  },
  activity: {
    tag: 'Your writes',
    summary: 'Activity',
    description:
      'Your own writes in an environment, newest first, page by page. Of a person it holds the external references, and nothing else.',
    success: 'One page.',
    answer: { environment, requestId, activity: [entry], next: null },
    codes: ['JOURNAL_UNAVAILABLE'],
  },
  resolve: {
    tag: 'Your writes',
    summary: 'Resolve',
    description:
      'Notes whether a write whose outcome is unknown happened, once a person has looked at Pearsana. One that did not happen may be sent again with the same `Idempotency-Key`. Nothing is sent to the partner.',
    parameters: {
      id: {
        description: 'The `id` of one of your own writes, as `GET …/activity` lists them.',
        schema: rowIdSchema,
      },
    },
    request: { happened: true },
    success: 'It is noted.',
    answer: {
      environment,
      requestId,
      activity: {
        ...entry,
        state: 'succeeded',
        resolved: { happened: true, by: 'ada-laptop', at: '2026-01-30T12:05:00.000Z' },
      },
    },
    codes: ['NOT_FOUND', 'IDEMPOTENCY_IN_PROGRESS', 'OUTCOME_KNOWN', 'JOURNAL_UNAVAILABLE'],
  },
  signInMethods: {
    tag: 'Signing in',
    summary: 'Ways to sign in',
    description: 'How one can sign in here. It needs no access key.',
    success: 'The ways.',
    answer: { requestId, methods: ['access-key', 'browser'] },
  },
  redeemCode: {
    tag: 'Signing in',
    summary: 'Redeem a code',
    description:
      'Gives a window of VS Code the access key of whoever let it in, once, for the code that its browser brought back and the verifier of its challenge (RFC 7636). The code itself says who is asking.',
    request: {
      code: 'an-example-code-which-is-not-valid',
      verifier: 'an-example-verifier-which-belongs-to-no-challenge',
    },
    success: 'The key.',
    answer: {
      requestId,
      accessKey: 'pbff_an-example-key-which-is-not-valid',
      caller: { id: 'ada' },
      expiresAt: '2026-01-31T00:00:00.000Z',
    },
    codes: ['LOGIN_FAILED'],
  },
  endKey: {
    tag: 'Signing in',
    summary: 'Give a key back',
    description:
      'Ends the access key that the request is sent with. Only a key that a sign-in gave can be given back.',
    success: 'It is ended.',
    answer: { requestId },
  },
};
