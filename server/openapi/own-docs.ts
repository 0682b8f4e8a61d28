import type { ActivityEntry } from '../../shared/activity.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import type { Endpoints } from '../../shared/endpoints.ts';
import type { ImportRecord } from '../../shared/import-record.ts';
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

const journal = 'jrn_4f0c7c1e6f5b4a579d3a2f6f6a1f9c11';
const importId = { description: 'The `id` of an import, as in `imp_…`.' };

const anImport: ImportRecord = {
  id: 'imp_5f0c7c1e6f5b4a579d3a2f6f6a1f9c11',
  environment,
  operation: 'createInvitation',
  rows: 300,
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  state: 'open',
  caller: 'ada-laptop',
  startedAt: '2026-01-30T12:00:00.000Z',
  endedAt: null,
  perMinute: 120,
  counts: { succeeded: 41, refused: 1, not_sent: 0, unknown: 0, in_flight: 2 },
};

/** Words and examples for the rows that are not operations. */
export const ownDocs: DocsOf<Omit<Endpoints, OperationName>> = {
  session: {
    tag: 'The BFF',
    summary: 'Show who you are and what you may do',
    description: 'Your identity, your grants and the BFF’s clock.',
    success: 'Your identity and your grants.',
    answer: {
      requestId,
      caller: { id: 'access-key', kind: 'access-key' },
      grants: ['*:*'],
      time: entry.startedAt,
    },
  },
  environments: {
    tag: 'The BFF',
    summary: 'List the environments that you may use',
    description:
      'Lists the environments, your grants in each, and the state of their tokens. The BFF requests no token for this.',
    success: 'Every environment where you have a grant; the sandbox comes before production.',
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
    summary: 'List what was sent',
    description:
      'Lists your own writes in an environment, newest first, page by page. With every grant in the environment, you see everybody’s writes, and those with an unknown outcome come first. The query can select a state, a person, or the rows of an import. Of a person, the list contains only the external references.',
    success: 'One page.',
    answer: { environment, requestId, activity: [entry], next: null },
    codes: ['JOURNAL_UNAVAILABLE'],
  },
  resolve: {
    tag: 'Your writes',
    summary: 'Record whether a write with an unknown outcome happened',
    description:
      'Records whether a write with an unknown outcome happened, after a person has looked in Pearsana. A write that did not happen can be sent again with the same `Idempotency-Key`. With every grant in the environment, you can resolve what others sent, too. Nothing is sent to Pearsana.',
    parameters: {
      id: {
        description: 'The `id` of a write, from `GET …/activity`.',
        schema: rowIdSchema,
      },
    },
    request: { happened: true },
    success: 'Recorded.',
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
  lookUp: {
    tag: 'Imports',
    summary: 'Look up what is known about people or documents',
    description:
      'Tells what is known about up to 1,000 people (by external reference) or documents (by the SHA-256 of the canonical request), whoever wrote to them. Nothing is changed. It needs the grant for the operation.',
    request: { operation: 'createInvitation', references: [{ namespace: 'SIS', externalId: '20261234' }] },
    success: 'For each person or document, in the order of the request, what is known, or null.',
    answer: {
      ...{ environment, requestId, journal },
      results: [{ id: '42', state: 'unknown', startedAt: '2026-01-30T12:00:00.000Z', requestId, mine: true }],
    },
    codes: ['FORBIDDEN', 'JOURNAL_UNAVAILABLE'],
  },
  announceImport: {
    tag: 'Imports',
    summary: 'Announce an import',
    description:
      'Tells the BFF how many rows of one operation a person has reviewed and confirmed as a whole. Each row is then a usual write with `X-Pearsana-Import` and an `Idempotency-Key`, without a confirmation of its own. The BFF sends no more rows than announced, at the import’s rate, and refuses those whose person was written to before. It keeps no names and no files. It needs the grant for the operation.',
    request: { operation: 'createInvitation', rows: 300, digest: anImport.digest },
    success: 'The import, which is open.',
    answer: { environment, requestId, journal, import: anImport },
    codes: ['FORBIDDEN', 'IMPORTS_NOT_ALLOWED', 'CONFIRMATION_REQUIRED', 'JOURNAL_UNAVAILABLE'],
  },
  imports: {
    tag: 'Imports',
    summary: 'List imports',
    description:
      'Lists your imports in an environment, newest first. With the grant for all operations, you see everybody’s.',
    success: 'At most fifty imports.',
    answer: { environment, requestId, journal, imports: [anImport], perMinute: anImport.perMinute },
    codes: ['JOURNAL_UNAVAILABLE'],
  },
  importStatus: {
    tag: 'Imports',
    summary: 'Show an import and its counts',
    description: 'Shows an import, and what became of its rows so far.',
    parameters: { id: importId },
    success: 'The import.',
    answer: { environment, requestId, journal, import: anImport },
    codes: ['IMPORT_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  },
  stopImport: {
    tag: 'Imports',
    summary: 'Stop an import',
    description:
      'Stops an import. From then on, none of its rows is sent, whichever machine it comes from. Its owner can stop it, and so can anybody with the grant for all operations in the environment.',
    parameters: { id: importId },
    success: 'The import, which is stopped.',
    answer: {
      environment,
      requestId,
      journal,
      import: { ...anImport, state: 'stopped', endedAt: '2026-01-30T12:05:00.000Z' },
    },
    codes: ['IMPORT_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  },
  signInMethods: {
    tag: 'Signing in',
    summary: 'List the ways to sign in',
    description: 'Lists the ways to sign in to this BFF. It needs no access key.',
    success: 'The ways to sign in.',
    answer: { requestId, methods: ['access-key', 'browser'] },
  },
  redeemCode: {
    tag: 'Signing in',
    summary: 'Exchange a sign-in code for an access key',
    description:
      'Gives a VS Code window its own access key, once, in exchange for the code that the browser brought back and the verifier of the window’s challenge (RFC 7636). The code identifies the person who allowed this.',
    request: {
      code: 'an-example-code-which-is-not-valid',
      verifier: 'an-example-verifier-which-belongs-to-no-challenge',
    },
    success: 'The access key.',
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
    summary: 'End the access key of a sign-in',
    description:
      'Ends the access key that the request is sent with. This works only for a key from a sign-in.',
    success: 'The key no longer works.',
    answer: { requestId },
  },
};
