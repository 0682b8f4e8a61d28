/** What an environment needs to know of its partner; whatever else a stand-in has is ignored. */
export type Partner = { authUrl: string; apiUrl: string; clientId?: string; clientSecret?: string };

/** The secret of a stand-in that takes any. */
export const fallbackSecret = 'a-client-secret-for-tests-only';

/** For tests in which nobody calls the partner. */
export const uncalledPartner: Partner = {
  authUrl: 'https://auth.example.com',
  apiUrl: 'https://api.example.com',
};

/** The environment variables with which a BFF has this partner under this name, such as `sandbox`. */
export function partnerVariables(environment: string, partner: Partner): Record<string, string> {
  const prefix = `PEARSANA_${environment.toUpperCase().replaceAll('-', '_')}`;
  return {
    [`${prefix}_CLIENT_ID`]: partner.clientId ?? 'a-client',
    [`${prefix}_CLIENT_SECRET`]: partner.clientSecret ?? fallbackSecret,
    [`${prefix}_AUTH_URL`]: partner.authUrl,
    [`${prefix}_API_URL`]: partner.apiUrl,
  };
}
