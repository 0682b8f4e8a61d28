import { neverConnected } from '../../shared/never-connected.ts';
import { BffError } from '../bff-error.ts';
import { errorCodeOf } from '../error-code.ts';
import { jsonIn } from '../json/json-in.ts';
import { type BoundedAnswer, UnreadableAnswer } from '../network/bounded-exchange.ts';
import { retryAfterOf } from '../network/retry-after.ts';

/** Who was asked for a token. */
type Asked = { environment: string; authUrl: string };

/** What is wrong with a token answer, as the end of a sentence about it. */
export class UnusableAnswer extends Error {}

/** RFC 6749, 5.2. */
const errorCodes = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

const serverOf = ({ environment, authUrl }: Asked) =>
  `The authorisation server of ${environment} (${new URL(authUrl).host})`;

/** Why there is no token, in words for people, where there is no whole answer, or one that cannot be used. */
export function whyNoToken(
  cause: unknown,
  asked: Asked,
  { timedOut, timeoutMs }: { timedOut: boolean; timeoutMs: number },
): BffError {
  if (cause instanceof BffError) return cause;
  const server = serverOf(asked);
  if (timedOut) return BffError.of('AUTH_TIMEOUT', `${server} did not answer within ${timeoutMs / 1000} s.`);
  if (cause instanceof UnusableAnswer || cause instanceof UnreadableAnswer) {
    return BffError.of(
      'AUTH_BAD_RESPONSE',
      `${server} sent an answer that the BFF cannot use: it ${cause.message}.`,
    );
  }
  const code = errorCodeOf(cause);
  return BffError.of(
    'AUTH_UNREACHABLE',
    brokenConnection.test(code) && !neverConnected(cause)
      ? `The connection to ${lowerCase(server)} ended before its answer was complete (${code}).`
      : `${server} could not be reached (${code}).`,
  );
}

/** Codes of a connection that ended, if it was open. */
const brokenConnection = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/;
const lowerCase = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/** Statuses below 500 of a server or gateway that took too long, or is too busy: a later request may succeed. */
const temporary = new Set([408, 425, 429, 460, 499]);

/** What an answer with another status than 200 means. Of its text only known codes are used: it may repeat the secret. */
export function refusal(answer: BoundedAnswer, asked: Asked, scopes: readonly string[]): BffError {
  const { status, header } = answer;
  const server = serverOf(asked);
  if (status >= 500 || temporary.has(status)) {
    return BffError.of(
      'AUTH_UNREACHABLE',
      `${server} cannot answer at the moment (status ${status}).`,
      retryAfterOf(header('retry-after')),
    );
  }
  const error = errorIn(answer.text);
  const code = error !== undefined && errorCodes.has(error) ? error : undefined;
  if (code === 'invalid_scope') return scopeNotEnabled(asked.environment, scopes);
  const isOAuth = error !== undefined || header('www-authenticate') !== undefined;
  // A page with a challenge comes from something in front of the server.
  const isPage = /^text\/html\b/i.test(header('content-type') ?? '');
  if (!isOAuth || (code === undefined && isPage)) return notOAuth(server, asked.authUrl, status);
  // RFC 6749, 5.2: 401 is always about the client's authentication.
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

/** What `error` of an OAuth error says (RFC 6749, 5.2); undefined where the text is none. */
function errorIn(text: string): string | undefined {
  const { error } = Object(jsonIn(text));
  return typeof error === 'string' && error !== '' ? error : undefined;
}

export function scopeNotEnabled(environment: string, scopes: readonly string[]): BffError {
  const what =
    scopes.length === 1 ? `The scope ${scopes[0]} is` : `One of the scopes ${scopes.join(' and ')} is`;
  return BffError.of(
    'SCOPE_NOT_ENABLED',
    `${what} not enabled on the App Client of ${environment}. Ask an administrator of your organisation to enable it in the Pearsana portal, under Developer → App Clients.`,
    { details: { scopes } },
  );
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
