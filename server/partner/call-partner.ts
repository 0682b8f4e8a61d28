import { filledPath, isWrite, type OperationRow } from '../../shared/endpoint-row.ts';
import { type PartnerFacts, partnerApiVersion } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type Transport,
  TransportError,
  type Waiter,
} from '../network/transport.ts';
import type { TokenRoom } from '../tokens/token-room.ts';
import type { ApiVersions } from './api-versions.ts';
import type { EnterFlight } from './in-flight.ts';
import { failureOf, type PartnerEnvironment, whyNoAnswer } from './partner-failure.ts';
import { readPartnerJson } from './partner-json.ts';

export type PartnerCall = {
  environment: PartnerEnvironment;
  row: OperationRow;
  /** The parameters of Pearsana's path. Each is an id. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** The validated body, serialised again: never the bytes that the caller sent. Undefined if the row has no body. */
  body?: Buffer;
  /** The scopes of the token for this request. If there are none, no token is sent. */
  scopes: readonly string[];
  requestId: string;
  /** The caller's place in a trace (W3C Trace Context), which Pearsana gets too. */
  traceparent?: string | undefined;
  /** The caller. A write continues in any case. */
  waiter: Waiter;
  /** Asked immediately before the first byte. If it says no, the call fails with `not_sent`. */
  mayBeSent?: (() => boolean) | undefined;
  /** Called with the facts of Pearsana's answer as soon as it is there, whether it is a success or not. */
  onAnswer?: ((facts: PartnerFacts) => void) | undefined;
};

export type PartnerReply = { status: number; result: unknown; facts: PartnerFacts };

/** Calls Pearsana for one row of the table. Fails with a {@link BffError} that says who failed, and how. */
export type CallPartner = (call: PartnerCall) => Promise<PartnerReply>;

type PartnerClientOptions = {
  tokens: TokenRoom;
  transport: Transport;
  enterFlight: EnterFlight;
  versions: ApiVersions;
};

export function createPartnerClient(options: PartnerClientOptions): CallPartner {
  const { tokens, transport, enterFlight, versions } = options;

  async function send(call: PartnerCall): Promise<HttpAnswer> {
    const { environment, row, scopes } = call;
    const request = requestOf(call);
    // Wait for the token before taking a place in flight, so that a slow token does not block calls with other tokens.
    const token = scopes.length > 0 ? tokens.ready(environment.id, scopes) : undefined;
    if (token) await token;
    const leaveFlight = await enterFlight(environment, isWrite(row) ? 'writes' : 'reads');
    try {
      return await (scopes.length > 0 ? tokens.send(environment.id, scopes, request) : transport(request));
    } catch (cause) {
      throw cause instanceof TransportError ? whyNoAnswer(cause, environment) : cause;
    } finally {
      leaveFlight();
    }
  }

  return async function callPartner(call) {
    const { environment, row } = call;
    const answer = await send(call);
    const facts = factsOf(answer);
    call.onAnswer?.(facts);
    versions.note(environment.id, answer.header('x-api-version-latest'));
    if (answer.status < 200 || answer.status > 299) {
      throw failureOf(answer, environment, row, call.requestId);
    }
    return { status: answer.status, result: resultOf(answer, environment, row), facts };
  };
}

function requestOf({
  environment,
  row,
  parameters,
  query,
  body,
  requestId,
  traceparent,
  waiter,
  mayBeSent,
}: PartnerCall): HttpRequest {
  if (!row.partner) throw new Error(`${row.title} has no call to Pearsana.`);
  const path = filledPath(row.partner.path, parameters);
  // Most calls have no query, and then there is nothing to encode.
  const search = Object.keys(query).length === 0 ? '' : new URLSearchParams(query).toString();
  const writes = isWrite(row);
  const headers: Record<string, string> = { accept: 'application/json', 'x-request-id': requestId };
  if (traceparent !== undefined) headers.traceparent = traceparent;
  if (path.startsWith('/v1/')) headers['x-api-version'] = partnerApiVersion;
  if (body) headers['content-type'] = 'application/json';
  return {
    method: row.method,
    baseUrl: environment.apiUrl,
    path: search === '' ? path : `${path}?${search}`,
    headers,
    writes,
    ...(body && { body }),
    ...(mayBeSent && { mayBeSent }),
    // A write that has begun continues without its caller: cancelling the wait would not undo it.
    ...(!writes && { waiter }),
  };
}

/** Of an answer in another form; it may be wrong at a hundred thousand places. */
const mostFieldsNamed = 5;

function resultOf(answer: HttpAnswer, environment: PartnerEnvironment, row: OperationRow): unknown {
  if (answer.unreadable !== undefined) {
    throw badResponse(environment, `its answer (status ${answer.status}) ${answer.unreadable}`);
  }
  let body: unknown;
  try {
    // Pearsana does not document some answers. If the table accepts anything, an empty body is fine too.
    body = answer.text.trim() === '' ? null : readPartnerJson(answer.text);
  } catch {
    throw badResponse(environment, `its answer (status ${answer.status}) is not JSON`);
  }
  const parsed = row.response.safeParse(body);
  if (parsed.success) return body;
  const issues = parsed.error.issues.slice(0, mostFieldsNamed);
  const fields = issues.map(({ path }) => path.join('.') || 'the body itself');
  throw badResponse(
    environment,
    `its answer (status ${answer.status}) does not have the documented form, at: ${fields.join(', ')}`,
  );
}

function badResponse(environment: PartnerEnvironment, why: string): BffError {
  return BffError.of('PARTNER_BAD_RESPONSE', `Pearsana (${environment.id}) answered, but ${why}.`);
}

function factsOf(answer: HttpAnswer): PartnerFacts {
  return {
    status: answer.status,
    durationMs: answer.durationMs,
    requestId: answer.header('x-request-id') ?? null,
    apiVersion: answer.header('x-api-version') ?? null,
    apiVersionLatest: answer.header('x-api-version-latest') ?? null,
    apiVersionSupported: answer.header('x-api-version-supported') ?? null,
  };
}
