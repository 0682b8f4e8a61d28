import * as z from 'zod/mini';
import type { OperationRow } from '../../shared/endpoint-row.ts';
import { errorCodes } from '../../shared/error-codes.ts';
import { partnerApiVersion } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import { retryAfterOf } from '../network/retry-after.ts';
import type { HttpAnswer, TransportError } from '../network/transport.ts';
import { readPartnerJson } from './partner-json.ts';
import { refusals } from './refusals.ts';

/** What a call to Pearsana needs to know of an environment. */
export type PartnerEnvironment = { id: string; apiUrl: string };

/** Pearsana's error envelope, as its authentication page shows it. */
const partnerEnvelope = z.object({
  error: z.object({
    code: z.optional(z.string()),
    message: z.optional(z.string()),
    details: z.optional(z.unknown()),
    requestId: z.optional(z.string()),
  }),
});

/** The details of Pearsana's 400: sentences. */
const errorSentences = z.object({ errors: z.array(z.string()) });
const mostSentences = 5;

/** The details of Pearsana's 403. */
const requiredScopes = z.object({ requiredScopes: z.array(z.string()) });

type PartnerError = z.infer<typeof partnerEnvelope>['error'];

/** Refusals that concern the caller: they are passed on with Pearsana's status. */
export const passedThrough: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE',
  429: 'RATE_LIMITED',
};

/** Statuses below 500 after which a retry may work: too slow (408, and 460 and 499 from gateways), too early, misdirected. */
const worthAnotherTry = new Set([408, 421, 425, 460, 499]);

/**
 * Turns an answer other than a success into the failure that the caller sees.
 * @param requestId ours, which Pearsana received. If Pearsana names another id, the message tells it.
 */
export function failureOf(
  answer: HttpAnswer,
  environment: PartnerEnvironment,
  row: OperationRow,
  requestId: string,
): BffError {
  const { status } = answer;
  const partner = `Pearsana (${environment.id})`;
  const error = envelopeOf(answer);
  const theirId = error?.requestId ?? answer.header('x-request-id') ?? requestId;
  const idWords =
    theirId !== requestId && /^[\w.-]{1,128}$/.test(theirId) ? ` (Pearsana request ${theirId})` : '';
  const quoted =
    error?.message === undefined ? undefined : `“${error.message}”${idWords}${stopAfter(error.message)}`;
  const said = quoted === undefined ? idWords : ` It says: ${quoted}`;

  if (status === 401) {
    return BffError.of(
      'PARTNER_UNAUTHORIZED',
      `${partner} rejected a new token from its own authorisation server.${said} Ask your BFF administrator to check that the auth URL and the API URL belong together.`,
    );
  }
  if (status === 403) {
    const required = requiredScopes.safeParse(error?.details).data?.requiredScopes.join(' and ');
    return BffError.of(
      'INSUFFICIENT_SCOPE',
      `${partner} says that the token’s scopes do not allow “${row.title}”${required ? `, which needs ${required}` : ''}.${said} Ask an administrator of your organisation to enable the scope in the Pearsana portal, under Developer → App Clients.`,
      { details: error?.details },
    );
  }
  if (status in passedThrough) {
    const { message = `${partner} refused the request (status ${status}).`, details } = error ?? {};
    const code = partnersCode(error?.code, passedThrough[status] ?? 'PARTNER_ERROR');
    const more = moreWords(answer, row, details);
    const words = more ? `${message}${stopAfter(message)} ${more}` : message;
    return BffError.fromPartner(status, code, words + idWords, {
      details,
      ...retryAfterOf(answer.header('retry-after')),
    });
  }
  if (status >= 300 && status < 400) {
    return BffError.of(
      'PARTNER_BAD_RESPONSE',
      `${partner} answered with a redirect (status ${status}). The BFF does not follow redirects, since the token would go with it.`,
    );
  }
  return BffError.of(
    'PARTNER_ERROR',
    `Pearsana error ${status} (${environment.id})${quoted === undefined ? `.${idWords}` : `: ${quoted}`}`,
    {
      details: error?.details,
      retryable: status >= 500 || worthAnotherTry.has(status),
      outcome: status in refusals ? 'refused' : 'unknown',
      ...retryAfterOf(answer.header('retry-after')),
    },
  );
}

/** The stop that Pearsana's words lack, so that ours do not run on from them. */
function stopAfter(words: string): '.' | '' {
  return /[.!?…]$/.test(words.trimEnd()) ? '' : '.';
}

/** What to add to Pearsana's own message: what is wrong, or what to do next. */
function moreWords(answer: HttpAnswer, row: OperationRow, details: unknown): string | undefined {
  switch (answer.status) {
    case 400:
      return errorSentences.safeParse(details).data?.errors.slice(0, mostSentences).join(' ');
    case 404:
      return row.partner?.notFound;
    case 410:
      return versionWords(answer);
    default:
      return undefined;
  }
}

/** Pearsana's code, if it is a valid code and does not mean something else among our own codes. */
function partnersCode(code: string | undefined, usual: string): string {
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) && !(code in errorCodes) ? code : usual;
}

/** Pearsana's 410 is about the API version, and its headers name the supported versions. */
function versionWords(answer: HttpAnswer): string {
  const oldest = answer.header('x-api-version-supported');
  const newest = answer.header('x-api-version-latest');
  const served = [oldest && `from ${oldest}`, newest && `to ${newest}`].filter(Boolean).join(' ');
  return `The BFF uses version ${partnerApiVersion} of Pearsana’s API${served && `; Pearsana supports the versions ${served}`}. Ask your BFF administrator to update the BFF.`;
}

const unasked: Readonly<Record<string, string>> = { 100: '100 Continue', 101: '101 Switching Protocols' };

/** Turns a missing or incomplete answer into the failure that the caller sees. */
export function whyNoAnswer({ fault, code }: TransportError, environment: PartnerEnvironment): BffError {
  const partner = `Pearsana (${environment.id}, ${new URL(environment.apiUrl).host})`;
  switch (fault) {
    case 'not-connected':
      return BffError.of('PARTNER_UNREACHABLE', `${partner} could not be reached (${code}).`, {
        outcome: 'not_sent',
      });
    case 'no-tls':
      return BffError.of(
        'PARTNER_UNREACHABLE',
        `${partner} could not be reached: the server there does not speak TLS (${code}). Ask your BFF administrator to check the API URL.`,
        { outcome: 'not_sent' },
      );
    case 'withheld':
      return BffError.of(
        'JOURNAL_UNAVAILABLE',
        'Not sent: this BFF lost touch with its journal for a while, so others may have taken the write for lost. Send it again.',
      );
    case 'timeout':
      return BffError.of('PARTNER_TIMEOUT', `${partner} did not answer in time.`);
    case 'cut-off':
      return BffError.of(
        'PARTNER_BAD_RESPONSE',
        `${partner} closed the connection in the middle of its answer (${code}).`,
      );
    case 'malformed':
      return BffError.of(
        'PARTNER_BAD_RESPONSE',
        `${partner} sent an answer that is not valid HTTP (${code}). Ask your BFF administrator to check the API URL: another kind of server may answer there, or the URL must begin with https.`,
      );
    case 'unasked':
      return BffError.of(
        'PARTNER_BAD_RESPONSE',
        `${partner} sent ${unasked[code]} although the BFF had not asked for it (RFC 9110, 15.2), and the BFF cannot read the answer after it. Ask your BFF administrator to check the proxy in front of Pearsana.`,
      );
    case 'too-large':
      return BffError.of('PARTNER_BAD_RESPONSE', `${partner} sent an answer that is too large.`);
    case 'aborted':
    case 'broken':
      return BffError.of('PARTNER_UNREACHABLE', `Connection lost before ${partner} answered (${code}).`);
  }
}

function envelopeOf(answer: HttpAnswer): PartnerError | undefined {
  try {
    return partnerEnvelope.parse(readPartnerJson(answer.text)).error;
  } catch {
    return undefined;
  }
}
