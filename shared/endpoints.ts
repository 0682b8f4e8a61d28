import * as z from 'zod/mini';
import {
  activityAnswer,
  activityQuery,
  lookupAnswer,
  lookupRequest,
  resolveAnswer,
  resolveRequest,
} from './activity.ts';
import {
  documentScopes,
  keptBatchResult,
  keptDocumentResult,
  mostBatchItems,
  type SubmitDocumentBatchRequest,
  type SubmitDocumentRequest,
  submitDocumentBatchRequest,
  submitDocumentRequest,
  submittedDocuments,
} from './documents.ts';
import type { EndpointTable } from './endpoint-row.ts';
import { environmentsAnswer, sessionAnswer } from './environments.ts';
import { announceRequest, importAnswer, importsAnswer } from './import-record.ts';
import { createInvitationRequest, createInvitationResult, keptInvitationResult } from './invitations.ts';
import { scope, scopesResult } from './scopes.ts';
import { keyEndedAnswer, signInMethodsAnswer, windowCodeRequest, windowKeyAnswer } from './sign-in.ts';
import { createUserRequest, createUserResult, keptUserResult } from './users.ts';

/** Most rows are below an environment, which the caller names. */
const inEnvironment = '/api/environments/:environment';

/** 64 KB: far more than any form needs. */
const formCap = 65_536;

const noSuchPerson =
  'No user has this external reference. Create the user first, then submit the document again.';

/**
 * Everything that can be called, one row each. The rows that need a grant are the operations, and most of them call
 * Pearsana. When you add a row, the compiler and the tests name what is missing elsewhere.
 */
export const endpoints = {
  /** The caller's identity and grants. */
  session: {
    method: 'GET',
    path: '/api/session',
    access: 'caller',
    rateClass: 'reads',
    answer: sessionAnswer,
  },
  environments: {
    method: 'GET',
    path: '/api/environments',
    access: 'caller',
    rateClass: 'reads',
    answer: environmentsAnswer,
  },
  health: {
    title: 'Check Health',
    method: 'GET',
    path: `${inEnvironment}/health`,
    access: 'grant',
    partner: { path: '/health', scopes: [] },
    response: z.looseObject({
      /** `ok` if Pearsana is well. */
      status: z.string(),
    }),
  },
  ping: {
    title: 'Ping',
    method: 'GET',
    path: `${inEnvironment}/ping`,
    access: 'grant',
    partner: { path: '/ping', scopes: [scope('ping')] },
    response: z.looseObject({
      /** `ok` if Pearsana accepted the token. */
      status: z.string(),
      /** Pearsana's message. */
      message: z.string(),
      /** The App Client of the token. It is not a secret. */
      clientId: z.string(),
      /** The scopes of the token. */
      scopes: z.array(z.string()),
    }),
  },
  scopes: {
    title: 'Show Scopes',
    method: 'GET',
    path: `${inEnvironment}/scopes`,
    access: 'grant',
    response: scopesResult,
  },
  createUser: {
    title: 'Create User',
    method: 'POST',
    path: `${inEnvironment}/users`,
    access: 'grant',
    partner: { path: '/v1/users', scopes: [scope('partners.users:write')] },
    request: createUserRequest,
    bodyCap: formCap,
    response: createUserResult,
    references: ['externalReferences'],
    keptResult: keptUserResult,
  },
  createInvitation: {
    title: 'Invite',
    method: 'POST',
    path: `${inEnvironment}/invitations`,
    access: 'grant',
    partner: {
      path: '/v1/invitations',
      scopes: [scope('partners.invitations:write'), scope('partners.externalRefs:write')],
    },
    request: createInvitationRequest,
    bodyCap: formCap,
    response: createInvitationResult,
    references: ['externalReferences'],
    keptResult: keptInvitationResult,
  },
  submitDocument: {
    title: 'Submit Document',
    method: 'POST',
    path: `${inEnvironment}/documents`,
    access: 'grant',
    partner: {
      path: '/v1/documents:submit',
      scopes: (request: SubmitDocumentRequest) => documentScopes(request),
      notFound: noSuchPerson,
    },
    request: submitDocumentRequest,
    bodyCap: formCap,
    files: { limit: 'document', of: ({ file }: SubmitDocumentRequest) => [{ path: 'file', file }] },
    response: submittedDocuments,
    references: ['externalReference'],
    keptResult: keptDocumentResult,
  },
  submitDocumentBatch: {
    title: 'Submit Documents',
    method: 'POST',
    path: `${inEnvironment}/documents/batch`,
    access: 'grant',
    partner: {
      path: '/v1/documents:submitBatch',
      scopes: ({ items }: SubmitDocumentBatchRequest) => documentScopes(...items),
      notFound: noSuchPerson,
    },
    request: submitDocumentBatchRequest,
    bodyCap: mostBatchItems * formCap,
    files: {
      limit: 'batch',
      of: ({ items }: SubmitDocumentBatchRequest) =>
        items.map(({ file }, index) => ({ path: `items[${index}].file`, file })),
    },
    response: submittedDocuments,
    references: ['items', 'externalReference'],
    keptResult: keptBatchResult,
  },
  /** The caller's own writes, newest first. Pass the `next` of a page as `before` for the page after it. */
  activity: {
    method: 'GET',
    path: `${inEnvironment}/activity`,
    access: 'caller',
    rateClass: 'reads',
    query: activityQuery,
    answer: activityAnswer,
  },
  /** Records whether a write with an unknown outcome happened, after a person has looked. If it did not, it can be sent again. */
  resolve: {
    method: 'POST',
    path: `${inEnvironment}/activity/:id/resolve`,
    access: 'caller',
    rateClass: 'reads',
    request: resolveRequest,
    bodyCap: 1024,
    answer: resolveAnswer,
  },
  /** Looks up the earlier writes of up to 1,000 people or documents. The caller needs the operation's grant. */
  lookUp: {
    method: 'POST',
    path: `${inEnvironment}/activity/lookup`,
    access: 'caller',
    rateClass: 'reads',
    request: lookupRequest,
    // A thousand references of two hundred characters each, in any script.
    bodyCap: 2 * 1024 * 1024,
    answer: lookupAnswer,
  },
  /**
   * Announces an import: the number of rows of one operation that a person has reviewed and confirmed as a whole. Each row
   * is then sent with the import's id. The caller needs the operation's grant.
   */
  announceImport: {
    method: 'POST',
    path: `${inEnvironment}/imports`,
    access: 'caller',
    rateClass: 'reads',
    confirmed: true,
    status: 201,
    request: announceRequest,
    bodyCap: 1024,
    answer: importAnswer,
  },
  /** The caller's imports, newest first. A caller with every grant in the environment sees everybody's. */
  imports: {
    method: 'GET',
    path: `${inEnvironment}/imports`,
    access: 'caller',
    rateClass: 'reads',
    answer: importsAnswer,
  },
  /** One import, and how many of its rows are in each state. */
  importStatus: {
    method: 'GET',
    path: `${inEnvironment}/imports/:id`,
    access: 'caller',
    rateClass: 'reads',
    answer: importAnswer,
  },
  /** Stops an import. From then on the BFF refuses its rows, whichever machine sends them. */
  stopImport: {
    method: 'POST',
    path: `${inEnvironment}/imports/:id/stop`,
    access: 'caller',
    rateClass: 'reads',
    answer: importAnswer,
  },
  /** The ways to sign in. It needs no key. */
  signInMethods: {
    method: 'GET',
    path: '/auth/methods',
    access: 'anybody',
    rateClass: 'signIn',
    answer: signInMethodsAnswer,
  },
  /** Redeems the code that a browser brought back to an editor. It needs no key, and returns one. */
  redeemCode: {
    method: 'POST',
    path: '/auth/vscode/token',
    access: 'anybody',
    rateClass: 'signIn',
    request: windowCodeRequest,
    bodyCap: 2 * 1024,
    answer: windowKeyAnswer,
  },
  /** Ends this client's key, if the key came from a redeemed code. */
  endKey: {
    method: 'POST',
    path: '/auth/vscode/revoke',
    access: 'access-key',
    rateClass: 'signIn',
    answer: keyEndedAnswer,
  },
} as const satisfies EndpointTable;

export type Endpoints = typeof endpoints;
