import type { operations } from '../../shared/operations.ts';
import type { DocsOf } from './endpoint-doc.ts';

/** Words and examples for the operations of the table. */
export const operationDocs: DocsOf<typeof operations> = {
  health: {
    tag: 'Connection',
    summary: 'Check whether Pearsana’s API is up, without a token',
    description:
      'Asks whether Pearsana’s API is up. It needs no token, so it also works with wrong credentials.',
    answer: { status: 'ok' },
  },
  ping: {
    tag: 'Connection',
    summary: 'Check the whole connection to Pearsana, with a token',
    description:
      'Checks the whole connection to Pearsana: requests a token for the ping scope, and calls Pearsana with it.',
    answer: {
      status: 'ok',
      message: 'Authorized',
      clientId: 'example-client-id',
      scopes: ['pearsana-partner/ping'],
    },
  },
  scopes: {
    tag: 'Connection',
    summary: 'List the scopes that are enabled on the App Client',
    description:
      'Lists every scope that Pearsana documents, and whether it is enabled on the App Client. The BFF finds out by requesting a token for each scope alone. The answer may be a minute old. `enabled` is null if the BFF could not find out.',
    // Other failures are reported for each scope.
    codes: ['CLIENT_CREDENTIALS_REJECTED'],
    answer: {
      checkedAt: '2026-01-30T12:00:00.000Z',
      scopes: [
        { scope: 'pearsana-partner/ping', grants: 'the connectivity test', enabled: true },
        { scope: 'pearsana-partner/partners.users:write', grants: 'creating users', enabled: false },
      ],
    },
  },
  createUser: {
    tag: 'People',
    summary: 'Create a user',
    description:
      'Creates a user. Pearsana does not document whether it refuses a second user with the same external reference. After the outcome `unknown`, look in Pearsana before you send again.',
    request: {
      identity: {
        email: 'ada@example.edu',
        firstName: 'Ada',
        lastName: 'Lovelace',
        roleName: 'student',
      },
      externalReferences: [{ namespace: 'SIS', externalId: '20261234' }],
      profile: {
        currency: 'GBP',
        address: { city: 'London', country: 'GB', dateOfBirth: '2000-05-15' },
      },
    },
    answer: { user: { userId: 'usr_example' } },
  },
  createInvitation: {
    tag: 'People',
    summary: 'Invite a person by e-mail',
    description:
      'Invites a new or existing user: Pearsana sends an e-mail to a real person. Each namespace may appear once in `externalReferences`.',
    request: {
      email: 'ada@example.edu',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [{ namespace: 'SIS', externalId: '20261234' }],
      message: 'Welcome to the autumn term.',
      roles: ['student'],
    },
    answer: {
      invitation: {
        invitationId: 'inv_example',
        status: 'pending',
        userState: 'new',
        creationDateTime: '2026-01-30T12:00:00.000Z',
      },
    },
  },
  submitDocument: {
    tag: 'Documents',
    summary: 'Submit a document of a person',
    description:
      'Submits a document of a user who exists (404 if no user has the external reference). Any intent other than `store_only` starts a verification, which needs one more scope.',
    request: {
      externalReference: { namespace: 'SIS', externalId: '20261234' },
      documentType: 'OFFICIAL_TRANSCRIPT',
      file: 'JVBERi0xLjcK',
      filename: 'transcript.pdf',
    },
    answer: { document: { documentId: 'doc_example', status: 'received' } },
  },
  submitDocumentBatch: {
    tag: 'Documents',
    summary: 'Submit several documents at once',
    description:
      'Submits 1 to 25 documents. Each item has its own result, with the same `itemId`. An item that fails does not fail the others.',
    request: {
      items: [
        {
          itemId: 'first',
          externalReference: { namespace: 'SIS', externalId: '20261234' },
          documentType: 'DIPLOMA',
          file: 'JVBERi0xLjcK',
          filename: 'diploma.pdf',
        },
      ],
    },
    answer: {
      results: [
        {
          itemId: 'first',
          status: 'accepted',
          document: { documentId: 'doc_example', status: 'received' },
        },
      ],
    },
  },
};
