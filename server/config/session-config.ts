import { isLoopback } from '../network/loopback.ts';
import type { Secret } from '../secret.ts';
import { type ClaimGrant, readClaimGrants } from './claim-grants.ts';
import type { Settings } from './settings.ts';

/** How people sign in through the organisation's OpenID provider, in a browser. */
export type SessionConfig = {
  /** Exactly as the provider writes it, with or without a slash at the end. */
  issuer: string;
  clientId: string;
  clientSecret: Secret;
  /** The file from which the secret is read again when it changes; undefined if the secret itself is configured. */
  clientSecretFile: string | undefined;
  scopes: string;
  claimGrants: readonly ClaimGrant[];
  /** The origin of `BFF_PUBLIC_URL`: cookies, `redirect_uri` and the check of `Origin` follow from it. */
  publicOrigin: string;
  /** The exact addresses that a browser may be sent to after the login; the first is the default. */
  returnUrls: readonly string[];
  idleSeconds: number;
  absoluteSeconds: number;
};

const required = ['BFF_OIDC_ISSUER', 'BFF_OIDC_CLIENT_ID', 'BFF_OIDC_CLIENT_SECRET', 'BFF_OIDC_GRANTS'];
const others = ['BFF_OIDC_CLIENT_SECRET_FILE', 'BFF_OIDC_SCOPES', 'BFF_OIDC_RETURN_URLS'];

/** Undefined if none of its settings is set. If only some are, each missing one is a fault. */
export function readSessions(
  settings: Settings,
  { publicUrl, environments }: { publicUrl: string | undefined; environments: readonly string[] },
): SessionConfig | undefined {
  const faultsBefore = settings.faults.length;
  const idleSeconds = settings.integer('BFF_SESSION_IDLE_MINUTES', 30, [1, 1_440]) * 60;
  const absoluteSeconds = settings.integer('BFF_SESSION_HOURS', 8, [1, 168]) * 3_600;
  const anySet = [...required, ...others].some(settings.isSet);
  const clientSecret = settings.secret('BFF_OIDC_CLIENT_SECRET');
  const issuer = settings.url('BFF_OIDC_ISSUER') === undefined ? undefined : settings.text('BFF_OIDC_ISSUER');
  const clientId = settings.text('BFF_OIDC_CLIENT_ID');
  const scopes = settings.text('BFF_OIDC_SCOPES') ?? 'openid profile email';
  const claimGrants = readClaimGrants(settings, environments);
  const publicOrigin = originOf(settings, publicUrl, anySet);
  const returnUrls = readReturnUrls(settings);
  if (!anySet) return undefined;

  for (const name of required) {
    if (!settings.hasSecret(name)) {
      settings.fault(`${name} is missing: the sign-in in a browser is only partly configured.`);
    }
  }
  if (
    !/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scopes) ||
    !scopes.split(' ').includes('openid')
  ) {
    settings.fault('BFF_OIDC_SCOPES must list scopes separated by single spaces, and include openid.');
  }
  if (!issuer || !clientId || !clientSecret || !publicOrigin || settings.faults.length > faultsBefore)
    return undefined;
  return {
    ...{ issuer, clientId, clientSecret, scopes, claimGrants, publicOrigin },
    clientSecretFile: settings.path('BFF_OIDC_CLIENT_SECRET_FILE'),
    returnUrls: returnUrls.length > 0 ? returnUrls : [`${publicOrigin}/`],
    ...{ idleSeconds, absoluteSeconds },
  };
}

function originOf(settings: Settings, publicUrl: string | undefined, needed: boolean): string | undefined {
  if (!needed) return undefined;
  // A setting with a wrong value has its own fault already.
  if (publicUrl === undefined) {
    return settings.isSet('BFF_PUBLIC_URL')
      ? undefined
      : settings.fault(
          'BFF_PUBLIC_URL is missing: for the sign-in in a browser, set it to the address that browsers use (https, except on loopback).',
        );
  }
  return new URL(publicUrl).origin;
}

function readReturnUrls(settings: Settings): string[] {
  return settings.list('BFF_OIDC_RETURN_URLS').flatMap((entry) => {
    if (isReturnUrl(entry)) return [entry];
    settings.fault(
      'BFF_OIDC_RETURN_URLS must list whole addresses such as https://tool.example.com/invite (http only on loopback; no user name, no fragment, no *), written as browsers write them and separated by commas.',
    );
    return [];
  });
}

function isReturnUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { href, protocol, hostname, username, password, hash } = new URL(text);
  if (href !== text || username || password || hash || text.includes('*')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
