import * as z from 'zod/mini';

/** Pearsana's prefix of every scope (authentication page, "Scopes"). */
const prefix = 'pearsana-partner/';

/** A scope by its short name, as in `scope('partners.users:write')`. */
export function scope<Name extends keyof typeof scopeDescriptions>(name: Name): `${typeof prefix}${Name}` {
  return `${prefix}${name}`;
}

/** Every documented scope and what it grants, in the words of Pearsana's table. */
export const scopeDescriptions = {
  ping: 'the connectivity test',
  'partners.externalRefs:read': 'reading the status of external references',
  'partners.externalRefs:write': 'writing external references (invitations need it)',
  'partners.invitations:read': 'reading invitations',
  'partners.invitations:write': 'creating invitations',
  'partners.documents:write': 'submitting documents',
  'partners.verifications:write': 'creating verifications (documents with a verification intent)',
  'partners.users:write': 'creating users',
} as const;

/** One of the eight documented scopes, with Pearsana's prefix. */
export type Scope = `${typeof prefix}${keyof typeof scopeDescriptions}`;

/** One scope, and whether the App Client can get a token for it. */
const scopeFinding = z.object({
  /** With Pearsana's prefix. */
  scope: z.string(),
  /** What the scope allows, in words, such as "creating users". */
  grants: z.string(),
  /** Whether it is enabled on the App Client. If the BFF could not find out, it is null, and `error` says why. */
  enabled: z.nullable(z.boolean()),
  /** Why the BFF could not find out. */
  error: z.optional(
    z.object({
      /** One of `errorCodes`. */
      code: z.string(),
      /** Why the BFF could not find out, in words. */
      message: z.string(),
    }),
  ),
});
export type ScopeFinding = z.infer<typeof scopeFinding>;

/** `GET …/scopes`: every documented scope, in the order of Pearsana's page. */
export const scopesResult = z.object({
  /** When the BFF checked (ISO 8601). The result is kept for a minute. */
  checkedAt: z.string(),
  /** In the order of Pearsana's page. */
  scopes: z.array(scopeFinding),
});
export type ScopesResult = z.infer<typeof scopesResult>;
