import { type ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import { passedThrough } from '../partner/partner-failure.ts';
import type { Endpoint } from './endpoint.ts';

type ErrorDoc = {
  /** What it means and what to do, as a sentence; the example's message too. */
  meaning: string;
  /** Which endpoints may answer it. */
  when: (endpoint: Endpoint) => boolean;
};

const always = () => true;
const never = () => false;
const identifies = (endpoint: Endpoint) => ['caller', 'access-key'].includes(endpoint.access);
const restricted = (endpoint: Endpoint) => endpoint.access !== 'anybody';
// A probe calls by whatever address it has.
const isForProbes = (endpoint: Endpoint) => ['/livez', '/readyz'].includes(endpoint.path);
const limited = (endpoint: Endpoint) => endpoint.limitedBy !== null;
const inEnvironment = (endpoint: Endpoint) => endpoint.inEnvironment;
const withBody = (endpoint: Endpoint) => endpoint.request !== undefined;
const writes = (endpoint: Endpoint) => endpoint.writes;
const callsPartner = (endpoint: Endpoint) => endpoint.callsPartner;
const asksForToken = (endpoint: Endpoint) => endpoint.asksForToken;
const sendsToken = (endpoint: Endpoint) => endpoint.callsPartner && endpoint.asksForToken;

/** Each of our codes; one that is missing here is named by the compiler. */
export const errorDocs: Record<ErrorCode, ErrorDoc> = {
  VALIDATION_ERROR: {
    when: always,
    meaning: 'The request is not valid: `details.errors` says in sentences what to mend.',
  },
  UNAUTHORIZED: {
    when: identifies,
    meaning: 'The access key is missing or not valid, or the session is over.',
  },
  FORBIDDEN: {
    when: restricted,
    meaning:
      'Your access does not include this, or your browser’s origin is not allowed; with a session, `X-Pearsana-Client` may be missing.',
  },
  HOST_NOT_ALLOWED: {
    when: (endpoint) => !isForProbes(endpoint),
    meaning: 'The BFF is not known by the name in the `Host` header: call it by the address in `servers`.',
  },
  ENVIRONMENT_NOT_FOUND: { when: inEnvironment, meaning: 'There is no environment of that name.' },
  // The paths of the document exist: only some name a thing that may not. The partner's own 404 is among its refusals.
  NOT_FOUND: { when: never, meaning: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    // It is the answer to any method but the endpoint's own.
    when: never,
    meaning: 'Another method is possible at this path: `Allow` names it.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    when: writes,
    meaning:
      'The same request is being sent at this moment: ask again with the same key, and you are told what became of it.',
  },
  OUTCOME_UNKNOWN: {
    when: writes,
    meaning:
      'Nobody knows what became of the first request with this key, so it is not sent again. Look at Pearsana for it; then say what you found, or use a new key.',
  },
  OUTCOME_KNOWN: {
    when: writes,
    meaning:
      'The first request with this key happened, and its answer was not recorded: it is not sent again.',
  },
  PAYLOAD_TOO_LARGE: { when: withBody, meaning: 'The body is larger than what is read here.' },
  UNSUPPORTED_MEDIA_TYPE: {
    when: withBody,
    meaning: 'The body must be JSON, sent as `Content-Type: application/json`, and not compressed.',
  },
  IDEMPOTENCY_MISMATCH: {
    when: writes,
    meaning: 'The key belongs to another request, so this one was not sent: use a new key for it.',
  },
  CONFIRMATION_REQUIRED: {
    when: writes,
    meaning: 'The environment is protected: confirm the write with `X-Confirm-Environment` and its name.',
  },
  RATE_LIMITED: { when: limited, meaning: 'Too many requests in a minute: wait for `Retry-After`.' },
  HEADERS_TOO_LARGE: { when: always, meaning: 'The URL and headers together are larger than 16 KB.' },
  INTERNAL: {
    when: always,
    meaning: 'The BFF failed in a way that nobody foresaw. Its log says more, under this request id.',
  },
  BUSY: { when: callsPartner, meaning: 'Too many calls are under way: wait for `Retry-After`.' },
  LOGIN_FAILED: { when: never, meaning: 'The sign-in was not completed, or is over: begin again.' },
  // Of the addresses that a browser's window goes to, which are no operations.
  LOGIN_UNAVAILABLE: { when: never, meaning: 'The organisation’s identity provider cannot be reached.' },
  JOURNAL_UNAVAILABLE: {
    when: writes,
    meaning: 'The BFF cannot write down what it is about to send, so nothing was sent. Reads go on.',
  },
  SHUTTING_DOWN: { when: callsPartner, meaning: 'The BFF is about to end: try again in a moment.' },
  CLIENT_CREDENTIALS_REJECTED: {
    when: asksForToken,
    meaning: 'The partner does not accept the BFF’s client id and secret: whoever runs the BFF mends that.',
  },
  SCOPE_NOT_ENABLED: {
    when: asksForToken,
    meaning:
      'A scope is not enabled on the App Client: an organisation administrator enables it in the Pearsana portal.',
  },
  AUTH_BAD_RESPONSE: { when: asksForToken, meaning: 'The authorisation server’s answer holds no token.' },
  AUTH_UNREACHABLE: { when: asksForToken, meaning: 'The authorisation server could not be reached.' },
  AUTH_TIMEOUT: { when: asksForToken, meaning: 'The authorisation server did not answer in time.' },
  PARTNER_UNAUTHORIZED: {
    when: sendsToken,
    meaning: 'The partner did not accept a token that its authorisation server had just given out.',
  },
  INSUFFICIENT_SCOPE: {
    when: sendsToken,
    meaning: 'The partner says that the token’s scopes do not cover this: `details` says which ones do.',
  },
  PARTNER_UNREACHABLE: {
    when: callsPartner,
    meaning: 'The partner could not be reached, or the connection broke.',
  },
  PARTNER_BAD_RESPONSE: { when: callsPartner, meaning: 'The partner answered what it does not document.' },
  PARTNER_ERROR: { when: callsPartner, meaning: 'The partner failed.' },
  PARTNER_TIMEOUT: { when: callsPartner, meaning: 'The partner did not answer in time.' },
};

/** The codes that an endpoint may answer, by status. */
export function errorCodesOf(endpoint: Endpoint): Map<number, ErrorCode[]> {
  const possible = (Object.keys(errorCodes) as ErrorCode[]).filter(
    (code) => errorDocs[code].when(endpoint) || endpoint.codes?.includes(code),
  );
  return Map.groupBy(possible, (code) => errorCodes[code].status);
}

/** The statuses under which the partner's own refusals pass through, with a code where it sends none. */
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
    '| status | code | who says so | may succeed later | outcome of a write | what it means |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
