import * as z from 'zod/mini';
import type { DocsOf } from '../../../server/openapi/endpoint-doc.ts';
import { endpointDocs } from '../../../server/openapi/endpoint-docs.ts';
import type { EndpointTable } from '../../../shared/endpoint-row.ts';
import { endpoints } from '../../../shared/endpoints.ts';
import { keptWord } from '../../../shared/fields.ts';
import { createInvitationResult } from '../../../shared/invitations.ts';
import { scope } from '../../../shared/scopes.ts';

const invitation = { invitationId: 'inv_1', status: 'pending', userState: 'new', creationDateTime: 'then' };

const { session, environments, activity, resolve, createInvitation } = endpoints;

/**
 * Some rows of the product's table and three of kinds that it has none of: a parameter in both paths, a second method at
 * a path, and a write without a body. Pearsana documents none of these calls.
 */
export const otherTable = {
  ...{ session, environments, activity, resolve, createInvitation },
  listInvitations: {
    title: 'List Invitations',
    method: 'GET',
    path: '/api/environments/:environment/invitations',
    access: 'grant',
    query: z.object({ status: z.optional(z.string().check(z.maxLength(20), z.regex(/^[a-z]+$/))) }),
    partner: { path: '/v1/invitations', scopes: [scope('partners.invitations:read')] },
    response: z.looseObject({ invitations: z.array(createInvitationResult.shape.invitation) }),
  },
  getInvitation: {
    title: 'Show Invitation',
    method: 'GET',
    path: '/api/environments/:environment/invitations/:invitationId',
    access: 'grant',
    partner: { path: '/v1/invitations/:invitationId', scopes: [scope('partners.invitations:read')] },
    response: createInvitationResult,
  },
  revokeInvitation: {
    title: 'Revoke Invitation',
    method: 'POST',
    path: '/api/environments/:environment/invitations/:invitationId/revoke',
    access: 'grant',
    partner: {
      path: '/v1/invitations/:invitationId:revoke',
      scopes: [scope('partners.invitations:write')],
      notFound: 'There is no such invitation.',
    },
    response: createInvitationResult,
    references: [],
    keptResult: z.object({
      invitation: z.object({
        invitationId: keptWord,
        status: keptWord,
        userState: keptWord,
        creationDateTime: keptWord,
      }),
    }),
  },
} as const satisfies EndpointTable;
export type OtherTable = typeof otherTable;

const parameters = { invitationId: { description: 'As an invitation’s answer names it.' } };

const otherDocs: DocsOf<OtherTable> = {
  ...endpointDocs,
  listInvitations: {
    tag: 'People',
    summary: 'List invitations',
    description: 'Lists the invitations.',
    answer: { invitations: [invitation] },
  },
  getInvitation: {
    tag: 'People',
    summary: 'Show an invitation',
    description: 'Shows an invitation.',
    parameters,
    answer: { invitation },
  },
  revokeInvitation: {
    tag: 'People',
    summary: 'Revoke an invitation',
    description: 'Takes one back.',
    parameters,
    answer: { invitation },
  },
};

export const otherDescribed = { table: otherTable, docs: otherDocs };
