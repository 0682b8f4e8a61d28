import * as z from 'zod/mini';
import { activityAnswer, activityQuery, resolveAnswer, resolveRequest } from './activity.ts';
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
import { createInvitationRequest, createInvitationResult, keptInvitationResult } from './invitations.ts';
import { scope, scopesResult } from './scopes.ts';
import { keyEndedAnswer, signInMethodsAnswer, windowCodeRequest, windowKeyAnswer } from './sign-in.ts';
import { createUserRequest, createUserResult, keptUserResult } from './users.ts';

/** Where most rows stand: below an environment, which the caller names. */
const inEnvironment = '/api/environments/:environment';

/** Far above what a filled-in form takes: 64 KB. */
const formCap = 64 * 1024;

const noSuchPerson =
  'No user has this external reference. Create the user first, then submit the document again.';

/**
 * Everything that can be called, a row each. Those whose access is a grant are the operations; most have a partner's
 * side. A row that is added here makes the compiler and the tests name what is missing elsewhere.
 */
export const endpoints = {
  /** Who the BFF takes the caller for. */
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
    response: z.looseObject({ status: z.string() }),
  },
  ping: {
    title: 'Ping',
    method: 'GET',
    path: `${inEnvironment}/ping`,
    access: 'grant',
    partner: { path: '/ping', scopes: [scope('ping')] },
    response: z.looseObject({
      status: z.string(),
      message: z.string(),
      /** The App Client that the token belongs to; not a secret. */
      clientId: z.string(),
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
  /** The caller's own writes, newest first; `before` takes the `next` of the answer before. */
  activity: {
    method: 'GET',
    path: `${inEnvironment}/activity`,
    access: 'caller',
    rateClass: 'reads',
    query: activityQuery,
    answer: activityAnswer,
  },
  /** Notes whether a write whose outcome is unknown happened, once a person has looked. One that did not may be sent again. */
  resolve: {
    method: 'POST',
    path: `${inEnvironment}/activity/:id/resolve`,
    access: 'caller',
    rateClass: 'reads',
    request: resolveRequest,
    bodyCap: 1024,
    answer: resolveAnswer,
  },
  /** How one can sign in; needs no key. */
  signInMethods: {
    method: 'GET',
    path: '/auth/methods',
    access: 'anybody',
    rateClass: 'signIn',
    answer: signInMethodsAnswer,
  },
  /** Redeems what a browser brought back to an editor; needs no key, and gives one. */
  redeemCode: {
    method: 'POST',
    path: '/auth/vscode/token',
    access: 'anybody',
    rateClass: 'signIn',
    request: windowCodeRequest,
    bodyCap: 2 * 1024,
    answer: windowKeyAnswer,
  },
  /** Gives the key back that this client has; for one that a redeemed code gave. */
  endKey: {
    method: 'POST',
    path: '/auth/vscode/revoke',
    access: 'access-key',
    rateClass: 'signIn',
    answer: keyEndedAnswer,
  },
} as const satisfies EndpointTable;

export type Endpoints = typeof endpoints;
