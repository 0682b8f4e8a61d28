import type { operations } from '../../shared/operations.ts';
import type { DocsOf } from './endpoint-doc.ts';

/** What the table cannot say of its operations. */
export const operationDocs: DocsOf<typeof operations> = {
  health: {
    tag: 'Connection',
    description: 'Asks the partner’s API whether it is up. No token is needed, so none is asked for.',
    answer: { status: 'ok' },
  },
  ping: {
    tag: 'Connection',
    description: 'Goes the whole way: a token for the ping scope, and a call with it.',
    answer: {
      status: 'ok',
      message: 'Authorized',
      clientId: 'example-client-id',
      scopes: ['pearsana-partner/ping'],
    },
  },
  scopes: {
    tag: 'Connection',
    description:
      'Every scope that the partner documents: enabled on the App Client or not, found by asking for each alone. What was found is kept for a minute; `enabled` is null where it could not be told.',
    // What else may go wrong is said of each scope.
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
    description:
      'Creates a user. The partner does not say whether it refuses a second one with the same external reference: after an outcome of `unknown`, look before you send again.',
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
    description:
      'Invites someone, new or known: the partner sends an e-mail to a real person. Each namespace may stand in `externalReferences` once.',
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
    description:
      'Submits a document of a person whom the partner knows by the external reference already (else 404). Any intent but `store_only` begins a verification, which takes a further scope.',
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
    description:
      'Submits 1 to 25 documents. Each item has a result of its own, found by its `itemId`: one that fails does not fail the others.',
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
