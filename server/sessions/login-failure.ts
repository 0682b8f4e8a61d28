import * as openid from 'openid-client';
import { BffError } from '../bff-error.ts';
import { networkErrorCode } from '../network-error-code.ts';

/** What the provider may say instead of a code (RFC 6749, 4.1.2.1); its own text is not shown. */
const outages = ['server_error', 'temporarily_unavailable'];

/**
 * In words for people, and without the library's error as its cause: that one holds the provider's whole answer, tokens
 * included.
 */
export function loginFailureOf(cause: unknown, issuer: string): BffError {
  const provider = `The identity provider (${new URL(issuer).host})`;
  if (cause instanceof openid.AuthorizationResponseError) {
    if (outages.includes(cause.error)) return unavailable(`${provider} says that it cannot sign anybody in.`);
    return failed(
      cause.error === 'access_denied'
        ? `${provider} did not let you in, or you cancelled.`
        : `${provider} refused the sign-in.`,
    );
  }
  if (cause instanceof openid.ResponseBodyError || cause instanceof openid.WWWAuthenticateChallengeError) {
    const { status } = cause;
    if ('error' in cause && cause.error === 'invalid_grant')
      return failed(`${provider} did not accept the code that it had given.`);
    if (status >= 500 || status === 429)
      return unavailable(`${provider} cannot answer at the moment (status ${status}).`);
    return unavailable(
      `${provider} refused the BFF itself (status ${status}): whoever runs the BFF checks its client id, secret and redirect address there.`,
    );
  }
  const code = codeOf(cause);
  if (code === 'OAUTH_TIMEOUT') return unavailable(`${provider} did not answer in time.`);
  if (code?.startsWith('OAUTH_') && code !== 'OAUTH_RESPONSE_IS_NOT_CONFORM') {
    return failed(`${provider} gave an answer that cannot be trusted (${code}).`);
  }
  return unavailable(`${provider} could not be reached (${code ?? networkErrorCode(cause)}).`);
}

/** The library's codes are fixed words; its messages may quote. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[A-Z_]{3,60}$/.test(error.code) ? error.code : undefined;
}

function failed(what: string): BffError {
  return BffError.of(
    'LOGIN_FAILED',
    `${what} Nobody was signed in: go back to the page that you came from, and try again.`,
  );
}

function unavailable(what: string): BffError {
  return BffError.of(
    'LOGIN_UNAVAILABLE',
    `${what} Signing in is not possible until that is mended; access keys work.`,
  );
}
