import * as openid from 'openid-client';
import type { Clock } from '../clock.ts';
import type { ClaimGrant } from '../config/claim-grants.ts';
import type { BoundedFetch } from '../network/bounded-fetch.ts';
import { isLoopback } from '../network/loopback.ts';
import type { Secret } from '../secret.ts';
import { type Claims, claimsNeeded } from './claims.ts';
import { loginFailureOf, providerFailureOf } from './login-failure.ts';

/** What ties one login together: the answer must fit all three, and none is used twice. */
export type LoginChecks = { state: string; nonce: string; codeVerifier: string };

/** The organisation's OpenID provider. Its tokens never leave this file. */
export type IdentityProvider = {
  /** Where the browser signs in. */
  authorizationUrl(checks: LoginChecks): Promise<string>;
  /**
   * Redeems the code in the query that the provider sent the browser back with, and gives what the provider says of the
   * person. Fails with a BffError: `LOGIN_FAILED` or `LOGIN_UNAVAILABLE`.
   */
  redeem(query: string, checks: LoginChecks): Promise<Claims>;
};

export type IdentityProviderOptions = {
  issuer: string;
  clientId: string;
  clientSecret: Secret;
  scopes: string;
  claimGrants: readonly ClaimGrant[];
  /** Where the provider sends the browser back to. */
  redirectUri: string;
  fetch: BoundedFetch;
  /** For each request to the provider. */
  timeoutMs: number;
  clock: Clock;
};

/** A provider moves its endpoints seldom, and is asked anew soon enough when it does. */
const discoveryLifetimeSeconds = 3_600;

export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { issuer, clientId, redirectUri, clock } = options;
  const needed = [...claimsNeeded(options.claimGrants)];
  let discovered: { configuration: Promise<openid.Configuration>; until: number } | undefined;

  /** Asked for at the first login, so that a provider which is away keeps no BFF from starting. */
  function discover(): Promise<openid.Configuration> {
    if (discovered && discovered.until > clock()) return discovered.configuration;
    const configuration = openid.discovery(
      new URL(issuer),
      clientId,
      undefined,
      authenticateClient(options.clientSecret),
      {
        timeout: options.timeoutMs / 1_000,
        [openid.customFetch]: options.fetch,
        execute: [
          // OpenID lets a client skip the signature of a token that came over TLS. We don't.
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
        const askFurther =
          needed.some((name) => !Object.hasOwn(claims, name)) &&
          configuration.serverMetadata().userinfo_endpoint !== undefined;
        // Many providers keep groups out of the ID token. What that says counts more: it is signed.
        const further = askFurther
          ? await openid.fetchUserInfo(configuration, answer.access_token, claims.sub)
          : {};
        return { ...further, ...claims };
      } catch (cause) {
        throw loginFailureOf(cause, issuer);
      }
    },
  };
}

/** In the form where the provider takes it there: in the header it would be encoded once more, which some get wrong. */
function authenticateClient(secret: Secret): openid.ClientAuth {
  const inForm = openid.ClientSecretPost(secret.reveal());
  const inHeader = openid.ClientSecretBasic(secret.reveal());
  return (server, ...rest) => {
    const takesForm = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    return (takesForm ? inForm : inHeader)(server, ...rest);
  };
}
