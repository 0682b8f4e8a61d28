import { type ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import { passedThrough } from '../partner/partner-failure.ts';
import type { Endpoint } from './endpoint.ts';

type ErrorDoc = {
  /** What the code means and what to do, as a sentence. It is also the message of the example. */
  meaning: string;
  /** Which endpoints may answer with this code. */
  when: (endpoint: Endpoint) => boolean;
};

const always = () => true;
const never = () => false;
const identifies = (endpoint: Endpoint) => ['caller', 'access-key'].includes(endpoint.access);
const restricted = (endpoint: Endpoint) => endpoint.access !== 'anybody';
// A probe may use any address.
const isForProbes = (endpoint: Endpoint) => ['/livez', '/readyz'].includes(endpoint.path);
const limited = (endpoint: Endpoint) => endpoint.limitedBy !== null;
const inEnvironment = (endpoint: Endpoint) => endpoint.inEnvironment;
const withBody = (endpoint: Endpoint) => endpoint.request !== undefined;
const writes = (endpoint: Endpoint) => endpoint.writes;
const callsPartner = (endpoint: Endpoint) => endpoint.callsPartner;
const asksForToken = (endpoint: Endpoint) => endpoint.asksForToken;
const sendsToken = (endpoint: Endpoint) => endpoint.callsPartner && endpoint.asksForToken;

/** Each of our codes. The compiler names one that is missing. */
export const errorDocs: Record<ErrorCode, ErrorDoc> = {
  VALIDATION_ERROR: {
    when: always,
    meaning: 'The request is not valid. `details.errors` says in sentences what to correct.',
  },
  UNAUTHORIZED: {
    when: identifies,
    meaning: 'The access key is missing or not valid, or the session has ended.',
  },
  FORBIDDEN: {
    when: restricted,
    meaning:
      'You lack the grant for this, or your browser’s origin is not allowed. With a session, `X-Pearsana-Client` may be missing.',
  },
  HOST_NOT_ALLOWED: {
    when: (endpoint) => !isForProbes(endpoint),
    meaning: 'The BFF does not answer to the name in the `Host` header. Use the address in `servers`.',
  },
  ENVIRONMENT_NOT_FOUND: { when: inEnvironment, meaning: 'There is no environment of that name.' },
  // All paths in the document exist, and only some name something that may not. Pearsana's own 404 is among its refusals.
  NOT_FOUND: { when: never, meaning: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    // It answers any method other than the endpoint's.
    when: never,
    meaning: 'This path has another method: see `Allow`.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    when: writes,
    meaning: 'The same request is being sent right now. Ask again with the same key to learn its outcome.',
  },
  OUTCOME_UNKNOWN: {
    when: writes,
    meaning:
      'The outcome of the first request with this key is unknown, so nothing was sent. Look for it in the Pearsana portal; then record what you found, or use a new key.',
  },
  OUTCOME_KNOWN: {
    when: writes,
    meaning:
      'The first request with this key succeeded, but its answer was not recorded. Nothing was sent again.',
  },
  PAYLOAD_TOO_LARGE: { when: withBody, meaning: 'The body is too large.' },
  UNSUPPORTED_MEDIA_TYPE: {
    when: withBody,
    meaning: 'Send the body as JSON, with `Content-Type: application/json`, and not compressed.',
  },
  ALREADY_KNOWN: {
    when: writes,
    meaning:
      'This row of an import is about a person or document that was written before, by you or somebody else. `details` says which write that was.',
  },
  IMPORT_FULL: { when: writes, meaning: 'The import has sent as many rows as were confirmed.' },
  IMPORT_MISMATCH: { when: writes, meaning: 'The import is for another operation.' },
  IMPORT_STOPPED: { when: writes, meaning: 'The import has ended.' },
  IMPORT_NOT_FOUND: { when: writes, meaning: 'You have no import with this id in this environment.' },
  // Only announcements get this error.
  IMPORTS_NOT_ALLOWED: { when: never, meaning: 'This BFF does not allow imports into this environment.' },
  IDEMPOTENCY_MISMATCH: {
    when: writes,
    meaning: 'The key belongs to a different request, so nothing was sent. Use a new key.',
  },
  CONFIRMATION_REQUIRED: {
    when: writes,
    meaning: 'The environment is protected. Confirm the write with its name in `X-Confirm-Environment`.',
  },
  RATE_LIMITED: { when: limited, meaning: 'You sent too many requests in a minute. Wait for `Retry-After`.' },
  HEADERS_TOO_LARGE: { when: always, meaning: 'The URL and headers together are larger than 16 KB.' },
  INTERNAL: {
    when: always,
    meaning: 'Unexpected error in the BFF. Its log has more under this request id.',
  },
  BUSY: {
    when: (endpoint) => identifies(endpoint) || callsPartner(endpoint),
    meaning:
      'The BFF is busy, or cannot reach the database with its access keys. Nothing was sent; wait for `Retry-After`.',
  },
  LOGIN_FAILED: { when: never, meaning: 'The sign-in was not completed, or has ended. Start again.' },
  // Only at the addresses that a browser visits, which are not in the document.
  LOGIN_UNAVAILABLE: {
    when: never,
    meaning: 'The identity provider, or the BFF’s database, cannot be reached.',
  },
  JOURNAL_UNAVAILABLE: {
    when: writes,
    meaning: 'The BFF cannot record the write, so nothing was sent. Reads still work.',
  },
  SHUTTING_DOWN: { when: callsPartner, meaning: 'The BFF is stopping. Try again in a moment.' },
  CLIENT_CREDENTIALS_REJECTED: {
    when: asksForToken,
    meaning: 'Pearsana rejected the BFF’s client id or secret. Ask your BFF administrator to correct them.',
  },
  SCOPE_NOT_ENABLED: {
    when: asksForToken,
    meaning:
      'A scope is not enabled on the App Client. Ask an administrator of your organisation to enable it in the Pearsana portal.',
  },
  AUTH_BAD_RESPONSE: {
    when: asksForToken,
    meaning: 'Pearsana’s authorisation server sent an answer without a valid token.',
  },
  AUTH_UNREACHABLE: {
    when: asksForToken,
    meaning:
      'Pearsana’s authorisation server could not be reached, the connection was lost, or it cannot answer at the moment.',
  },
  AUTH_TIMEOUT: { when: asksForToken, meaning: 'Pearsana’s authorisation server did not answer in time.' },
  PARTNER_UNAUTHORIZED: {
    when: sendsToken,
    meaning: 'Pearsana rejected a new token from its own authorisation server.',
  },
  INSUFFICIENT_SCOPE: {
    when: sendsToken,
    meaning: 'Pearsana says that the token’s scopes do not allow this. `details` names the scopes that do.',
  },
  PARTNER_UNREACHABLE: {
    when: callsPartner,
    meaning: 'Pearsana could not be reached, or the connection was lost.',
  },
  PARTNER_BAD_RESPONSE: {
    when: callsPartner,
    meaning: 'Pearsana’s answer does not have the documented form.',
  },
  PARTNER_ERROR: { when: callsPartner, meaning: 'Pearsana answered with an error.' },
  PARTNER_TIMEOUT: { when: callsPartner, meaning: 'Pearsana did not answer in time.' },
};

/** The codes that an endpoint may answer with, by status. */
export function errorCodesOf(endpoint: Endpoint): Map<number, ErrorCode[]> {
  const possible = (Object.keys(errorCodes) as ErrorCode[]).filter(
    (code) => errorDocs[code].when(endpoint) || endpoint.codes?.includes(code),
  );
  return Map.groupBy(possible, (code) => errorCodes[code].status);
}

/** The statuses with which Pearsana's own refusals are passed on, each with the code for a refusal without one. */
export function partnerRefusalsOf(endpoint: Endpoint): Map<number, string> {
  const refusals = Object.entries(endpoint.callsPartner ? passedThrough : {});
  return new Map(refusals.map(([status, code]) => [Number(status), code]));
}

/** Every code of our own, as a table in CommonMark. */
export function errorTable(): string {
  const rows = (Object.keys(errorCodes) as ErrorCode[])
    .toSorted((a, b) => errorCodes[a].status - errorCodes[b].status)
    .map((code) => {
      const { status, source, retryable, outcome } = errorCodes[code];
      return `| ${status} | \`${code}\` | ${source} | ${retryable ? 'yes' : 'no'} | ${outcome === null ? '' : `\`${outcome}\``} | ${errorDocs[code].meaning} |`;
    });
  return [
    '| status | code | source | retryable | outcome of a write | meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
