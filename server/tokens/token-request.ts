import * as oauth from 'oauth4webapi';
import type { Dispatcher } from 'undici';
import { BffError } from '../bff-error.ts';
import { errorCodeOf } from '../error-code.ts';
import { createBoundedFetch, UnreadableAnswer } from '../network/bounded-fetch.ts';
import { isLoopback } from '../network/loopback.ts';
import { retryAfterOf } from '../network/retry-after.ts';
import { Secret } from '../secret.ts';

/** The App Client that a token is for, and where to request it. */
export type ClientCredentials = {
  /** The environment's id, for messages. */
  environment: string;
  /** Pearsana's auth URL. The token endpoint is `/oauth2/token` below it. */
  authUrl: string;
  clientId: string;
  clientSecret: Secret;
  /** The file from which the secret is read again when it changes; undefined if there is none. */
  clientSecretFile?: string | undefined;
};

export type GrantedToken = { value: Secret; lifetimeSeconds: number };

/** Requests a token of exactly these scopes. It ends within its own time limit, whoever waits for it. */
export type RequestToken = (
  credentials: ClientCredentials,
  scopes: readonly string[],
) => Promise<GrantedToken>;

/** RFC 6749 allows a server to leave out `expires_in`. Such a token is kept for a minute. */
const defaultLifetimeSeconds = 60;
/** A longer lifetime is not believed. A much longer one could not even be expressed as a date. */
const longestLifetimeSeconds = 24 * 3600;

/** The client credentials grant of RFC 6749, 4.4, as Pearsana's authentication page describes it. */
export function createTokenRequest(options: { dispatcher: Dispatcher; timeoutMs: number }): RequestToken {
  const { timeoutMs } = options;
  const boundedFetch = createBoundedFetch(options.dispatcher);

  return async function requestToken(credentials, scopes) {
    const server: oauth.AuthorizationServer = {
      issuer: credentials.authUrl,
      token_endpoint: `${credentials.authUrl}/oauth2/token`,
    };
    const client: oauth.Client = { client_id: credentials.clientId };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        oauth.ClientSecretPost(credentials.clientSecret.reveal()),
        { scope: scopes.join(' ') },
        {
          signal,
          // Plain http never leaves this machine: the configuration allows it only on loopback.
          [oauth.allowInsecureRequests]: isLoopback(new URL(credentials.authUrl).hostname),
          [oauth.customFetch]: boundedFetch,
        },
      );
      // The library checks the content type only of answers that it cannot read.
      if (response.ok && !isJson(response)) throw new UnusableAnswer('has a content type that is not JSON');
      const answer = await oauth.processClientCredentialsResponse(server, client, response);
      return accept(answer, credentials, scopes);
    } catch (cause) {
      throw asBffError(cause, credentials, scopes, { timedOut: signal.aborted, timeoutMs });
    }
  };
}

function isJson(response: Response): boolean {
  return /^application\/json\s*(;|$)/i.test(response.headers.get('content-type') ?? '');
}

/** Accepts only a complete token answer. Anything else is a failure that says what is wrong with it. */
function accept(
  answer: oauth.TokenEndpointResponse,
  { environment }: ClientCredentials,
  scopes: readonly string[],
): GrantedToken {
  if (answer.token_type !== 'bearer') throw new UnusableAnswer('has a token type other than Bearer');
  // RFC 6750, 2.1. In a header, anything else would fail each call, as if Pearsana were to blame.
  if (!/^[!-~]+$/.test(answer.access_token))
    throw new UnusableAnswer('has a token with characters that no token may have');
  const lifetimeSeconds = Math.min(answer.expires_in ?? defaultLifetimeSeconds, longestLifetimeSeconds);
  if (!(lifetimeSeconds > 0)) throw new UnusableAnswer('has a token that has already expired');
  // RFC 6749, 5.1: without `scope`, all requested scopes are granted.
  const granted = answer.scope === undefined ? scopes : answer.scope.split(' ');
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) throw scopeNotEnabled(environment, missing);
  return { value: new Secret(answer.access_token), lifetimeSeconds };
}

class UnusableAnswer extends Error {}

/** RFC 6749, 5.2. */
const errorCodes = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

function scopeNotEnabled(environment: string, scopes: readonly string[]): BffError {
  const what =
    scopes.length === 1 ? `The scope ${scopes[0]} is` : `One of the scopes ${scopes.join(' and ')} is`;
  return BffError.of(
    'SCOPE_NOT_ENABLED',
    `${what} not enabled on the App Client of ${environment}. Ask an administrator of your organisation to enable it in the Pearsana portal, under Developer → App Clients.`,
    { details: { scopes } },
  );
}

/**
 * The failure, in words for people. The library's error is not kept as the cause, since it contains the whole answer: one
 * that was refused for one field may hold a valid token in another.
 */
function asBffError(
  cause: unknown,
  { environment, authUrl }: ClientCredentials,
  scopes: readonly string[],
  { timedOut, timeoutMs }: { timedOut: boolean; timeoutMs: number },
): BffError {
  if (cause instanceof BffError) return cause;
  const server = `The authorisation server of ${environment} (${new URL(authUrl).host})`;
  if (timedOut) return BffError.of('AUTH_TIMEOUT', `${server} did not answer within ${timeoutMs / 1000} s.`);

  const response = responseOf(cause);
  if (response && isOutage(response.status)) {
    return BffError.of(
      'AUTH_UNREACHABLE',
      `${server} cannot answer at the moment (status ${response.status}).`,
      {
        ...retryAfterOf(response.headers.get('retry-after')),
      },
    );
  }
  if (cause instanceof oauth.ResponseBodyError || cause instanceof oauth.WWWAuthenticateChallengeError) {
    const { status } = cause.response;
    // RFC 6749, 5.2: 401 is always about the client's authentication. The code is text from the server, which may repeat the
    // secret, so only known codes are used.
    const code = 'error' in cause && errorCodes.has(cause.error) ? cause.error : undefined;
    if (code === 'invalid_scope') return scopeNotEnabled(environment, scopes);
    // A page with a challenge comes from something in front of the server.
    if (code === undefined && isPage(cause.response)) return notOAuth(server, authUrl, status);
    if (status === 401 || code === 'invalid_client' || code === 'unauthorized_client') {
      return BffError.of(
        'CLIENT_CREDENTIALS_REJECTED',
        `${server} rejected the BFF’s client id or secret (${code ?? 'invalid_client'}). Ask your BFF administrator to check them. If the secret is lost, create a new App Client in the Pearsana portal, under Developer → App Clients.`,
      );
    }
    return BffError.of(
      'AUTH_BAD_RESPONSE',
      `${server} refused the token request (${code ?? `status ${status}`}).`,
    );
  }
  if (response && response.status !== 200) return notOAuth(server, authUrl, response.status);
  if (cause instanceof UnusableAnswer || cause instanceof UnreadableAnswer) {
    return BffError.of(
      'AUTH_BAD_RESPONSE',
      `${server} sent an answer that the BFF cannot use: it ${cause.message}.`,
    );
  }
  if (cause instanceof oauth.OperationProcessingError || cause instanceof oauth.UnsupportedOperationError) {
    return BffError.of('AUTH_BAD_RESPONSE', `${server} sent an answer that is not a token (${cause.code}).`);
  }
  return BffError.of('AUTH_UNREACHABLE', `${server} could not be reached (${errorCodeOf(cause)}).`);
}

function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}

/** An answer that no OAuth server gives: what it probably means, and what to check. */
function notOAuth(server: string, authUrl: string, status: number): BffError {
  return BffError.of(
    'AUTH_BAD_RESPONSE',
    `${server} answered with status ${status} and without an OAuth error. ${probableCause(status, authUrl)}`,
  );
}

function probableCause(status: number, authUrl: string): string {
  const { pathname } = new URL(authUrl);
  if (/\/(oauth2|token)(\/|$)/.test(pathname)) {
    return `Ask your BFF administrator to check the auth URL: it contains ${pathname}, and the BFF itself adds /oauth2/token to it.`;
  }
  if (status === 401) {
    return 'The client id or secret may be wrong, or a proxy in front of the server may require a sign-in of its own. Ask your BFF administrator to check them.';
  }
  if (status === 403) {
    return 'A firewall or proxy in front of the server may block the BFF’s address. Ask your BFF administrator to check that.';
  }
  if (status >= 300 && status < 400) {
    return 'The BFF does not follow redirects, since the client secret would go with them. Ask your BFF administrator to check the auth URL: it may lead to a sign-in page, or begin with http in place of https.';
  }
  return 'Ask your BFF administrator to check the auth URL: the BFF adds /oauth2/token to it.';
}

function isOutage(status: number): boolean {
  return status >= 500 || status === 429;
}

/** The library puts the answer in one of two places. */
function responseOf(error: unknown): Response | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('response' in error && error.response instanceof Response) return error.response;
  return error.cause instanceof Response ? error.cause : undefined;
}
