import * as openid from 'openid-client';
import { BffError } from '../bff-error.ts';
import { errorCodeOf } from '../error-code.ts';
import { UnreadableAnswer } from '../network/bounded-exchange.ts';

/** Errors that the provider may send instead of a code (RFC 6749, 4.1.2.1). Its own text is not shown. */
const outages = ['server_error', 'temporarily_unavailable'];

/**
 * Why a login failed after the browser came back from the provider. The message is for people. The library's error is not
 * kept as the cause, since it contains the provider's whole answer, including tokens.
 */
export function loginFailureOf(cause: unknown, issuer: string): BffError {
  if (cause instanceof BffError) return cause;
  const provider = nameOf(issuer);
  if (cause instanceof openid.AuthorizationResponseError) {
    if (outages.includes(cause.error))
      return unavailable(`${provider} says that it cannot sign anybody in.`, cause.error);
    return failed(
      cause.error === 'access_denied'
        ? `${provider} did not let you in, or you cancelled.`
        : `${provider} refused the sign-in.`,
    );
  }
  if (cause instanceof openid.ResponseBodyError && cause.error === 'invalid_grant') {
    return failed(`${provider} did not accept the code that it had given.`);
  }
  const code = codeOf(cause);
  if (code && !transport.includes(code) && statusOf(cause) === undefined) {
    return failed(`${provider} gave an answer that cannot be trusted (${code}).`);
  }
  return providerFailureOf(cause, issuer);
}

/**
 * Why the userinfo endpoint failed. This ends a login only if the ID token grants nothing.
 */
export function userinfoFailureOf(cause: unknown, issuer: string): { failure: BffError; reason: string } {
  const status = statusOf(cause);
  const code = codeOf(cause);
  const reason = status === undefined ? (code ?? errorCodeOf(cause)) : `status ${status}`;
  const what = `${nameOf(issuer)} recognised you, but its userinfo endpoint did not say what you may do (${reason}).`;
  const untrue = status === undefined && code !== undefined && !transport.includes(code);
  return { reason, failure: untrue ? failed(what) : unavailable(what, reason) };
}

/** Why nobody can sign in through the provider at the moment. */
export function providerFailureOf(cause: unknown, issuer: string): BffError {
  const provider = nameOf(issuer);
  const status = statusOf(cause);
  if (status !== undefined) {
    if (status >= 500 || status === 429)
      return unavailable(`${provider} cannot answer at the moment (status ${status}).`, `status ${status}`);
    return unavailable(
      `${provider} refused the BFF itself (status ${status}). Ask your BFF administrator to check its client id, secret and redirect address.`,
      `status ${status}`,
    );
  }
  const unreadable = unreadableIn(cause);
  if (unreadable)
    return unavailable(
      `${provider} sent an answer that the BFF cannot use: it ${unreadable.message}. Ask your BFF administrator to check BFF_OIDC_ISSUER.`,
      'UNREADABLE',
    );
  const code = codeOf(cause);
  if (code === 'OAUTH_TIMEOUT') return unavailable(`${provider} did not answer in time.`, code);
  if (code !== undefined)
    return unavailable(
      `${provider} does not answer as an OpenID provider should (${code}). Ask your BFF administrator to check BFF_OIDC_ISSUER.`,
      code,
    );
  const reason = errorCodeOf(cause);
  return unavailable(`${provider} could not be reached (${reason}).`, reason);
}

/** Codes of the library that are not about the provider's answer. */
const transport = ['OAUTH_TIMEOUT', 'OAUTH_ABORT'];

/** The library's codes are fixed words. Its messages may quote the answer. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^OAUTH_[A-Z_]{3,60}$/.test(error.code) ? error.code : undefined;
}

/** The status of an error answer. The library puts it in one of two places. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof openid.ResponseBodyError || error instanceof openid.WWWAuthenticateChallengeError)
    return error.status;
  const answer = error instanceof Error && error.cause instanceof Response ? error.cause : undefined;
  return answer?.ok ? undefined : answer?.status;
}

/** The library wraps it. */
function unreadableIn(error: unknown): UnreadableAnswer | undefined {
  const { cause } = Object(error);
  return [error, cause].find((each) => each instanceof UnreadableAnswer);
}

function nameOf(issuer: string): string {
  return `The identity provider (${new URL(issuer).host})`;
}

function failed(what: string): BffError {
  return BffError.of(
    'LOGIN_FAILED',
    `${what} You were not signed in: go back to the page that you came from, and try again.`,
  );
}

/** @param reason a fixed word or a status, which the log may show. */
function unavailable(what: string, reason: string): BffError {
  return BffError.of(
    'LOGIN_UNAVAILABLE',
    `${what} Nobody can sign in until this is fixed; access keys still work.`,
    { cause: reason },
  );
}
