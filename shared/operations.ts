import * as z from 'zod/mini';
import {
  documentScopes,
  encodedLength,
  keptBatchResult,
  keptDocumentResult,
  mostBatchItems,
  type SubmitDocumentBatchRequest,
  type SubmitDocumentRequest,
  submitDocumentBatchRequest,
  submitDocumentRequest,
  submittedDocuments,
} from './documents.ts';
import type { FileLimits } from './environments.ts';
import { createInvitationRequest, createInvitationResult, keptInvitationResult } from './invitations.ts';
import { type Scope, scope, scopesResult } from './scopes.ts';
import { createUserRequest, createUserResult, keptUserResult } from './users.ts';

/** Everything there is to say of an operation. Routes, grants, the partner call, the client and the tests follow from it. */
export type OperationRow = {
  /** For people, as a command is called: the verb first. */
  title: string;
  /** At the BFF: the operation's own part of `/api/environments/{environment}/…`. */
  method: 'GET' | 'POST';
  path: string;
  /** At the partner; a `/v1` path is sent with the version header. Null where the BFF itself has the answer. */
  partner: { method: 'GET' | 'POST'; path: string } | null;
  /** What its token must carry and no more, always or for this request; none means that no token is sent. */
  scopes: readonly Scope[] | ((request: never) => readonly Scope[]);
  /** Null where no body is sent. */
  request: z.ZodMiniType | null;
  /** The partner's successful body; it may hold more than we know of. */
  response: z.ZodMiniType;
  /** The largest request body that is read, in bytes, files aside. */
  bodyCap: number;
  /** Where a request holds files (as base64), and by which of the BFF's limits they count in all. */
  files?: { limit: keyof FileLimits; of: (request: never) => readonly FileInRequest[] };
  /** What the partner's 404 means here, and what to do then. */
  notFound?: string;
} & (ReadFacts | WriteFacts);

type ReadFacts = { writes: false; references?: undefined; keptResult?: undefined };
type WriteFacts = {
  /** It changes something at the partner. */
  writes: true;
  /**
   * Where the request names people for other systems: external references, one or a list, and on the way through every
   * list too. The journal keeps them, and nothing else of a request.
   */
  references: readonly string[];
  /**
   * What the journal keeps of a write's result: ids and states, nothing of a person. The schema strips everything else,
   * and what it leaves satisfies `response`, so that the write can be answered again without being sent again.
   */
  keptResult: z.ZodMiniType;
};

/** `path` as issues spell it, as in `items[1].file`. */
export type FileInRequest = { path: string; file: string };

/** Far above what a filled-in form takes: 64 KiB. */
const formCap = 64 * 1024;

const noSuchPerson =
  'No user has this external reference. Create the user first, then submit the document again.';

/** The table of operations. A row that is added here makes the compiler name what is missing elsewhere. */
export const operations = {
  health: {
    title: 'Check Health',
    method: 'GET',
    path: 'health',
    partner: { method: 'GET', path: '/health' },
    scopes: [],
    writes: false,
    request: null,
    response: z.looseObject({ status: z.string() }),
    bodyCap: 0,
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
  },
  scopes: {
    title: 'Show Scopes',
    method: 'GET',
    path: 'scopes',
    partner: null,
    scopes: [],
    writes: false,
    request: null,
    response: scopesResult,
    bodyCap: 0,
  },
  createUser: {
    title: 'Create User',
    method: 'POST',
    path: 'users',
    partner: { method: 'POST', path: '/v1/users' },
    scopes: [scope('partners.users:write')],
    writes: true,
    request: createUserRequest,
    response: createUserResult,
    bodyCap: formCap,
    references: ['externalReferences'],
    keptResult: keptUserResult,
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
    keptResult: keptInvitationResult,
  },
  submitDocument: {
    title: 'Submit Document',
    method: 'POST',
    path: 'documents',
    partner: { method: 'POST', path: '/v1/documents:submit' },
    scopes: (request: SubmitDocumentRequest) => documentScopes(request),
    writes: true,
    request: submitDocumentRequest,
    response: submittedDocuments,
    bodyCap: formCap,
    references: ['externalReference'],
    keptResult: keptDocumentResult,
    files: { limit: 'document', of: ({ file }: SubmitDocumentRequest) => [{ path: 'file', file }] },
    notFound: noSuchPerson,
  },
  submitDocumentBatch: {
    title: 'Submit Documents',
    method: 'POST',
    path: 'documents/batch',
    partner: { method: 'POST', path: '/v1/documents:submitBatch' },
    scopes: ({ items }: SubmitDocumentBatchRequest) => documentScopes(...items),
    writes: true,
    request: submitDocumentBatchRequest,
    response: submittedDocuments,
    bodyCap: mostBatchItems * formCap,
    references: ['items', 'externalReference'],
    keptResult: keptBatchResult,
    files: {
      limit: 'batch',
      of: ({ items }: SubmitDocumentBatchRequest) =>
        items.map(({ file }, index) => ({ path: `items[${index}].file`, file })),
    },
    notFound: noSuchPerson,
  },
} as const satisfies Record<string, OperationRow>;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export const operationNames = Object.keys(operations) as OperationName[];
/** Those that change nothing at the partner. */
export type ReadOperation = {
  [Name in OperationName]: Operations[Name]['writes'] extends true ? never : Name;
}[OperationName];

/** What a caller sends as the body; `undefined` where the operation takes none. */
export type RequestOf<Name extends OperationName> = Operations[Name]['request'] extends z.ZodMiniType
  ? z.input<Operations[Name]['request']>
  : undefined;

/** What the partner answers when all is well. */
export type ResultOf<Name extends OperationName> = z.output<Operations[Name]['response']>;

/** What the token of a request must carry; `request` is one that the row's schema has accepted. */
export function scopesOf({ scopes }: OperationRow, request: unknown): readonly Scope[] {
  return typeof scopes === 'function' ? scopes(request as never) : scopes;
}

/** The largest body that is read for a row: what its form takes, and its files as base64. */
export function bodyCapOf({ bodyCap, files }: OperationRow, limits: FileLimits): number {
  return bodyCap + (files ? encodedLength(limits[files.limit]) : 0);
}

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

/** Null where the partner's API was not called. */
type FactsOf<Name extends OperationName> = Operations[Name]['partner'] extends null ? null : PartnerFacts;

/** The body of every success: which environment answered, and what the partner said. */
export type Success<Name extends OperationName> = {
  environment: string;
  requestId: string;
  result: ResultOf<Name>;
  partner: FactsOf<Name>;
};

/** The schema of {@link Success} for one row. */
export function successOf(row: OperationRow) {
  return z.object({
    environment: z.string(),
    requestId: z.string(),
    result: row.response,
    partner: row.partner ? partnerFacts : z.null(),
  });
}

/** The BFF's path of an operation; `environment` is a name, or a router's placeholder for it. */
export function operationPath(name: OperationName, environment: string): string {
  return `/api/environments/${environment}/${operations[name].path}`;
}
