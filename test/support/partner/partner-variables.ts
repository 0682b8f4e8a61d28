/** What an environment needs to know of its partner; whatever else a stand-in has is ignored. */
export type Partner = {
  authUrl: string;
  apiUrl: string;
  clientId?: string;
  clientSecret?: string;
  /** Where the secret is, in place of `clientSecret`. */
  clientSecretFile?: string;
};

/** The stand-in for Pearsana of each environment, by the environment's name. */
export type Partners = Readonly<Record<string, Partner>>;

/** The secret of a stand-in that takes any. */
export const fallbackSecret = 'a-client-secret-for-tests-only';

/** For tests in which nobody calls Pearsana. */
export const uncalledPartner: Partner = {
  authUrl: 'https://auth.example.com',
  apiUrl: 'https://api.example.com',
};

/** The environment variables with which a BFF has these environments. */
export function partnerVariables(partners: Partners): Record<string, string> {
  const own = Object.keys(partners).filter((name) => name !== 'sandbox' && name !== 'production');
  return Object.assign(
    own.length > 0 ? { PEARSANA_ENVIRONMENTS: own.join(',') } : {},
    ...Object.entries(partners).map(([name, partner]) => variablesOf(name, partner)),
  );
}

function variablesOf(environment: string, partner: Partner): Record<string, string> {
  const prefix = `PEARSANA_${environment.toUpperCase().replaceAll('-', '_')}`;
  return {
    [`${prefix}_CLIENT_ID`]: partner.clientId ?? 'a-client',
    ...(partner.clientSecretFile === undefined
      ? { [`${prefix}_CLIENT_SECRET`]: partner.clientSecret ?? fallbackSecret }
      : { [`${prefix}_CLIENT_SECRET_FILE`]: partner.clientSecretFile }),
    [`${prefix}_AUTH_URL`]: partner.authUrl,
    [`${prefix}_API_URL`]: partner.apiUrl,
  };
}
