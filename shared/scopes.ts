/** The prefix that the partner puts before every scope (authentication page, "Scopes"). */
const prefix = 'pearsana-partner/';

/** A scope by its short name, as in `scope('partners.users:write')`. */
export function scope<Name extends keyof typeof scopeDescriptions>(name: Name): `${typeof prefix}${Name}` {
  return `${prefix}${name}`;
}

/** Every documented scope and what it grants, in the words of the partner's table. */
const scopeDescriptions = {
  ping: 'the connectivity test',
  'partners.externalRefs:read': 'reading the status of external references',
  'partners.externalRefs:write': 'writing external references (invitations need it)',
  'partners.invitations:read': 'reading invitations',
  'partners.invitations:write': 'creating invitations',
  'partners.documents:write': 'submitting documents',
  'partners.verifications:write': 'creating verifications (documents with a verification intent)',
  'partners.users:write': 'creating users',
} as const;

/** One of the eight documented scopes, with the partner's prefix. */
export type Scope = `${typeof prefix}${keyof typeof scopeDescriptions}`;
