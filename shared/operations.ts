import * as z from 'zod/mini';
import { createInvitationRequest, createInvitationResult } from './invitations.ts';
import { type Scope, scope } from './scopes.ts';
import { createUserRequest, createUserResult } from './users.ts';

/** Everything there is to say of an operation. Routes, grants, the partner call, the client and the tests follow from it. */
export type OperationRow = {
  /** For people, as in "Ping answered in 34 ms". */
  title: string;
  /** At the BFF: the operation's own part of `/api/environments/{environment}/…`. */
  method: 'GET' | 'POST';
  path: string;
  /** At the partner; a `/v1` path is sent with the version header. */
  partner: { method: 'GET' | 'POST'; path: string };
  /** What its token must carry and no more; none means that no token is sent. */
  scopes: readonly Scope[];
  /** Whether it changes something at the partner. */
  writes: boolean;
  /** Null where no body is sent. */
  request: z.ZodMiniType | null;
  /** The partner's successful body; it may hold more than we know of. */
  response: z.ZodMiniType;
  /** The largest request body that is read, in bytes. */
  bodyCap: number;
  /** Where the request names people for other systems: one external reference, or a list. For the record of writes. */
  references: readonly string[] | null;
  /** Where the result holds the partner's id of what was made, if the partner says so. For the same record. */
  resultId: readonly string[] | null;
};

/** Far above what a filled-in form takes: 64 KiB. */
const formCap = 64 * 1024;

/** The table of operations. A row that is added here makes the compiler name what is missing elsewhere. */
export const operations = {
  health: {
    title: 'Health',
    method: 'GET',
    path: 'health',
    partner: { method: 'GET', path: '/health' },
    scopes: [],
    writes: false,
    request: null,
    response: z.looseObject({ status: z.string() }),
    bodyCap: 0,
    references: null,
    resultId: null,
  },
  ping: {
    title: 'Ping',
    method: 'GET',
    path: 'ping',
    partner: { method: 'GET', path: '/ping' },
    scopes: [scope('ping')],
    writes: false,
    request: null,
    response: z.looseObject({
      status: z.string(),
      message: z.string(),
      /** The App Client that the token belongs to; not a secret. */
      clientId: z.string(),
      scopes: z.array(z.string()),
    }),
    bodyCap: 0,
    references: null,
    resultId: null,
  },
  createUser: {
    title: 'Create user',
    method: 'POST',
    path: 'users',
    partner: { method: 'POST', path: '/v1/users' },
    scopes: [scope('partners.users:write')],
    writes: true,
    request: createUserRequest,
    response: createUserResult,
    bodyCap: formCap,
    references: ['externalReferences'],
    resultId: null,
  },
  createInvitation: {
    title: 'Invite',
    method: 'POST',
    path: 'invitations',
    partner: { method: 'POST', path: '/v1/invitations' },
    scopes: [scope('partners.invitations:write'), scope('partners.externalRefs:write')],
    writes: true,
    request: createInvitationRequest,
    response: createInvitationResult,
    bodyCap: formCap,
    references: ['externalReferences'],
    resultId: ['invitation', 'invitationId'],
  },
} as const satisfies Record<string, OperationRow>;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export const operationNames = Object.keys(operations) as OperationName[];

/** What a caller sends as the body; `undefined` where the operation takes none. */
export type RequestOf<Name extends OperationName> = Operations[Name]['request'] extends z.ZodMiniType
  ? z.input<Operations[Name]['request']>
  : undefined;

/** What the partner answers when all is well. */
export type ResultOf<Name extends OperationName> = z.output<Operations[Name]['response']>;

/** The version of the partner's API that we speak, sent as `X-API-Version` to every `/v1` path. */
export const partnerApiVersion = '2026-01-30';

/** What the partner's answer said of itself. */
export const partnerFacts = z.object({
  status: z.number(),
  /** From our request's first byte to the answer's last, a token's fetch not included. */
  durationMs: z.number(),
  /** The partner's `X-Request-Id`. */
  requestId: z.nullable(z.string()),
  /** The API version applied, the newest there is, the oldest still served. */
  apiVersion: z.nullable(z.string()),
  apiVersionLatest: z.nullable(z.string()),
  apiVersionSupported: z.nullable(z.string()),
});
export type PartnerFacts = z.infer<typeof partnerFacts>;

/** The body of every success: which environment answered, and what the partner said. */
export type Success<Name extends OperationName> = {
  environment: string;
  requestId: string;
  result: ResultOf<Name>;
  partner: PartnerFacts;
};

/** The schema of {@link Success} for one row. */
export function successOf(row: OperationRow) {
  return z.object({
    environment: z.string(),
    requestId: z.string(),
    result: row.response,
    partner: partnerFacts,
  });
}

/** The BFF's path of an operation; `environment` is a name, or a router's placeholder for it. */
export function operationPath(name: OperationName, environment: string): string {
  return `/api/environments/${environment}/${operations[name].path}`;
}
