import * as openid from 'openid-client';
import type { BffError } from '../bff-error.ts';
import type { Clock } from '../clock.ts';
import type { SessionConfig } from '../config/session-config.ts';
import type { BoundedFetch } from '../network/bounded-exchange.ts';
import { isLoopback } from '../network/loopback.ts';
import { changedSecret, type Secret } from '../secret.ts';
import { type Claims, claimsNeeded } from './claims.ts';
import { loginFailureOf, providerFailureOf, userinfoFailureOf } from './login-failure.ts';

/** The values that belong to one login. The answer must match all three, and each is used once. */
export type LoginChecks = { state: string; nonce: string; codeVerifier: string };

/** The person whom the provider recognised. */
export type Recognised = {
  claims: Claims;
  /** Why the claims come from the ID token alone, although the userinfo endpoint was asked too. */
  withoutUserinfo?: { failure: BffError; reason: string };
};

/** The organisation's OpenID provider. Its tokens never leave this file. */
export type IdentityProvider = {
  /** Where the browser signs in. */
  authorizationUrl(checks: LoginChecks): Promise<string>;
  /**
   * Redeems the code in the query that the provider sent the browser back with, and gives what the provider says of the
   * person. Fails with a BffError: `LOGIN_FAILED` or `LOGIN_UNAVAILABLE`.
   */
  redeem(query: string, checks: LoginChecks): Promise<Recognised>;
  /** Reads the file of the client secret again, if there is one. */
  rereadSecret(): void;
};

/** What the administrator is told about the provider's client secret. */
export type ProviderLog = {
  loginSecretReplaced(): void;
  /** `code` is the system's error code, such as `ENOENT`, or `EMPTY`. */
  loginSecretUnreadable(code: string): void;
};

type IdentityProviderOptions = Pick<
  SessionConfig,
  'issuer' | 'clientId' | 'clientSecret' | 'clientSecretFile' | 'scopes' | 'claimGrants'
> & {
  /** Where the provider sends the browser back to. */
  redirectUri: string;
  fetch: BoundedFetch;
  /** For each request to the provider. */
  timeoutMs: number;
  clock: Clock;
  log: ProviderLog;
};

/** A provider rarely moves its endpoints, and this is soon enough to notice. */
const discoveryLifetimeSeconds = 3_600;
/** The clocks of two machines rarely agree to the second. */
const clockToleranceSeconds = 60;

export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { issuer, clientId, clientSecretFile, redirectUri, clock, log } = options;
  const needed = [...claimsNeeded(options.claimGrants)];
  let clientSecret = options.clientSecret;
  let discovered: { configuration: Promise<openid.Configuration>; until: number } | undefined;

  /** Asked at the first login, so that the BFF also starts while the provider is away. */
  function discover(): Promise<openid.Configuration> {
    if (discovered && discovered.until > clock()) return discovered.configuration;
    const configuration = openid.discovery(
      new URL(issuer),
      clientId,
      { [openid.clockTolerance]: clockToleranceSeconds },
      authenticateClient(() => clientSecret),
      {
        timeout: options.timeoutMs / 1_000,
        [openid.customFetch]: options.fetch,
        execute: [
          // OpenID allows a client to skip the signature of a token that came over TLS. We check it.
          openid.enableNonRepudiationChecks,
          ...(isLoopback(new URL(issuer).hostname) ? [openid.allowInsecureRequests] : []),
        ],
      },
    );
    const asked = { configuration, until: clock() + discoveryLifetimeSeconds };
    discovered = asked;
    configuration.catch(() => {
      if (discovered === asked) discovered = undefined;
    });
    return configuration;
  }

  return {
    async authorizationUrl({ state, nonce, codeVerifier }) {
      try {
        const url = openid.buildAuthorizationUrl(await discover(), {
          ...{ redirect_uri: redirectUri, scope: options.scopes, state, nonce },
          code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      } catch (cause) {
        throw providerFailureOf(cause, issuer);
      }
    },

    async redeem(query, { state, nonce, codeVerifier }) {
      try {
        const configuration = await discover().catch((cause: unknown) => {
          throw providerFailureOf(cause, issuer);
        });
        const answer = await openid.authorizationCodeGrant(configuration, new URL(redirectUri + query), {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier },
          idTokenExpected: true,
        });
        const claims = answer.claims();
        if (!claims) throw new Error('The library accepted an answer without an ID token.');
        if (claims.iat > Date.now() / 1_000 + clockToleranceSeconds) throw issuedInFuture();
        const askFurther =
          needed.some((name) => !Object.hasOwn(claims, name)) &&
          configuration.serverMetadata().userinfo_endpoint !== undefined;
        if (!askFurther) return { claims };
        try {
          // Many providers leave groups out of the ID token. The ID token takes precedence, since it is signed.
          const further = await openid.fetchUserInfo(configuration, answer.access_token, claims.sub);
          return { claims: { ...further, ...claims } };
        } catch (cause) {
          return { claims, withoutUserinfo: userinfoFailureOf(cause, issuer) };
        }
      } catch (cause) {
        throw loginFailureOf(cause, issuer);
      }
    },

    rereadSecret() {
      if (clientSecretFile === undefined) return;
      const next = changedSecret(clientSecretFile, clientSecret, log.loginSecretUnreadable);
      if (!next) return;
      clientSecret = next;
      log.loginSecretReplaced();
    },
  };
}

/** The library checks the token's other times, but only that this one is a number. */
function issuedInFuture(): Error {
  const code = 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';
  return Object.assign(new Error('The ID token was issued in the future.'), { code });
}

/** Sends the secret in the form if the provider accepts that. In the header it is encoded once more, which some providers get wrong. */
function authenticateClient(secret: () => Secret): openid.ClientAuth {
  return (server, ...rest) => {
    const takesForm = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    const authenticate = takesForm ? openid.ClientSecretPost : openid.ClientSecretBasic;
    return authenticate(secret().reveal())(server, ...rest);
  };
}
