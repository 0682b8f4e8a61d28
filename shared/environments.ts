import * as z from 'zod/mini';
import { callId } from './fields.ts';

/** Pearsana's environments and hosts (authentication page, "Environments"). */
export const partnerEnvironments = {
  sandbox: { apiUrl: 'https://sandbox.api.pearsana.com', authUrl: 'https://sandbox.auth.pearsana.com' },
  production: { apiUrl: 'https://api.pearsana.com', authUrl: 'https://auth.pearsana.com' },
} as const;

export const environmentKind = z.literal(['local', 'sandbox', 'production', 'other']);
export type EnvironmentKind = z.infer<typeof environmentKind>;

/** The state of the token for one set of scopes, without the token. */
export const tokenStatus = z.object({
  /** With Pearsana's prefix. */
  scopes: z.array(z.string()),
  /** `fresh`: in use. `stale`: in use while a new one is requested. `expired`: not used. `failing`: the last request failed. */
  state: z.literal(['fresh', 'stale', 'expired', 'failing']),
  /** ISO 8601; null if there is no token. */
  expiresAt: z.nullable(z.string()),
});
export type TokenStatus = z.infer<typeof tokenStatus>;

export const environment = z.object({
  /** The name in paths, as in `/api/environments/sandbox/ping`. */
  id: z.string(),
  /** The name for people. */
  name: z.string(),
  /** `local` is the stand-in for Pearsana, which sends nothing to anybody. */
  kind: environmentKind,
  /** Whether every write must be confirmed by name (`X-Confirm-Environment`). */
  protected: z.boolean(),
  /** Pearsana's API, which the BFF calls for this environment. */
  apiUrl: z.string(),
  /** The operations that this caller may use here. */
  grants: z.array(z.string()),
  /** The tokens that the BFF has, one for each set of scopes. */
  tokens: z.array(tokenStatus),
  /** The newest version of Pearsana's API (a date), if it is newer than the one that the BFF uses. */
  newerApiVersion: z.optional(z.string()),
});
export type Environment = z.infer<typeof environment>;

/** The most bytes that files may have, decoded: one document, and all documents of a batch. Each BFF has its own limits. */
export const fileLimits = z.object({
  /** Of one document, in bytes. */
  document: z.number(),
  /** Of all documents of a batch together, in bytes. */
  batch: z.number(),
});
export type FileLimits = z.infer<typeof fileLimits>;

/** `GET /api/environments`: the environments where the caller has a grant; the sandbox comes before production. */
export const environmentsAnswer = z.object({
  requestId: callId,
  /** The environments where this caller may do something. */
  environments: z.array(environment),
  /** Absent if the BFF is older than this field. */
  fileLimits: z.optional(fileLimits),
});
export type EnvironmentsAnswer = z.infer<typeof environmentsAnswer>;

/** `GET /api/session`: the caller's identity and grants. */
export const sessionAnswer = z.object({
  requestId: callId,
  /** Whose key or session it is. */
  caller: z.object({
    /** The name of the access key, or of the person who is signed in. */
    id: z.string(),
    /** How the caller was recognised. */
    kind: z.literal(['access-key', 'session']),
  }),
  /** `environment:operation`; `*` means all environments, or all operations. */
  grants: z.array(z.string()),
  /** The BFF's clock (ISO 8601). Absent if the BFF is older than this field. */
  time: z.optional(z.string()),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;
