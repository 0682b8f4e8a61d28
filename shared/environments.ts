import * as z from 'zod/mini';

/** The partner's own environments and hosts (authentication page, "Environments"). */
export const partnerEnvironments = {
  sandbox: { apiUrl: 'https://sandbox.api.pearsana.com', authUrl: 'https://sandbox.auth.pearsana.com' },
  production: { apiUrl: 'https://api.pearsana.com', authUrl: 'https://auth.pearsana.com' },
} as const;

export const environmentKind = z.enum(['local', 'sandbox', 'production', 'other']);
export type EnvironmentKind = z.infer<typeof environmentKind>;

/** Where the token of one scope set stands, without the token. */
export const tokenStatus = z.object({
  scopes: z.array(z.string()),
  /** `fresh`: in use. `stale`: in use while a new one is fetched. `expired`: not used. `failing`: none could be had. */
  state: z.enum(['fresh', 'stale', 'expired', 'failing']),
  /** ISO 8601; null while there is none. */
  expiresAt: z.nullable(z.string()),
});
export type TokenStatus = z.infer<typeof tokenStatus>;

export const environment = z.object({
  /** What a call names, as in `/api/environments/sandbox/ping`. */
  id: z.string(),
  /** For people. */
  name: z.string(),
  kind: environmentKind,
  /** Whether every write must be confirmed by name (`X-Confirm-Environment`). */
  protected: z.boolean(),
  apiUrl: z.string(),
  /** The operations that this caller may use here. */
  grants: z.array(z.string()),
  tokens: z.array(tokenStatus),
  /** The newest version of the partner's API (a date), where it is newer than the one that the BFF speaks. */
  newerApiVersion: z.optional(z.string()),
});
export type Environment = z.infer<typeof environment>;

/** The most bytes that files may have, decoded: one document, and all of a batch. Each BFF has its own. */
export const fileLimits = z.object({ document: z.number(), batch: z.number() });
export type FileLimits = z.infer<typeof fileLimits>;

/** `GET /api/environments`: those where something is granted to the caller; sandbox stands before production. */
export const environmentsAnswer = z.object({
  requestId: z.string(),
  environments: z.array(environment),
  /** Absent where the BFF is older than this field. */
  fileLimits: z.optional(fileLimits),
});
export type EnvironmentsAnswer = z.infer<typeof environmentsAnswer>;

/** `GET /api/session`: who the BFF takes the caller for. */
export const sessionAnswer = z.object({
  requestId: z.string(),
  caller: z.object({ id: z.string(), kind: z.enum(['access-key', 'session']) }),
  /** `environment:operation`, with `*` for all. */
  grants: z.array(z.string()),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;
