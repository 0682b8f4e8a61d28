/** Every scope Pearsana documents (its page "Authentication", table "Scopes"). */
export const documentedScopes = [
  'pearsana-partner/ping',
  'pearsana-partner/partners.externalRefs:read',
  'pearsana-partner/partners.externalRefs:write',
  'pearsana-partner/partners.invitations:read',
  'pearsana-partner/partners.invitations:write',
  'pearsana-partner/partners.documents:write',
  'pearsana-partner/partners.verifications:write',
  'pearsana-partner/partners.users:write',
] as const;

export type Scope = (typeof documentedScopes)[number];
