/** What an environment is configured with; other fields of a stand-in are ignored. */
export type Partner = {
  authUrl: string;
  apiUrl: string;
  clientId?: string;
  clientSecret?: string;
  /** A file with the secret, instead of `clientSecret`. */
  clientSecretFile?: string;
};

/** The stand-in for Pearsana of each environment, by the environment's name. */
export type Partners = Readonly<Record<string, Partner>>;

/** The secret for a stand-in that accepts any. */
export const fallbackSecret = 'a-client-secret-for-tests-only';

/** For tests in which nobody calls Pearsana. */
export const uncalledPartner: Partner = {
  authUrl: 'https://auth.example.com',
  apiUrl: 'https://api.example.com',
};

/** The environment variables that configure a BFF with these environments. */
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
