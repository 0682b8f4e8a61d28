import { type OperationRow, type PartnerFacts, partnerApiVersion } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { TokenRoom } from '../tokens/token-room.ts';
import { failureOf, type PartnerEnvironment, whyNoAnswer } from './partner-failure.ts';
import { type HttpAnswer, type HttpRequest, type Transport, TransportError } from './transport.ts';

export type PartnerCall = {
  environment: PartnerEnvironment;
  row: OperationRow;
  /** The validated body; it is serialised again here, never passed through. */
  request: unknown;
  requestId: string;
  /** Aborted when the caller goes away; a write goes on all the same. */
  signal: AbortSignal;
};

export type PartnerReply = { status: number; result: unknown; facts: PartnerFacts };

/** Carries out one row of the table at the partner. Fails with a {@link BffError} that says who failed, and how. */
export type CallPartner = (call: PartnerCall) => Promise<PartnerReply>;

export function createPartnerClient(options: { tokens: TokenRoom; transport: Transport }): CallPartner {
  const { tokens, transport } = options;

  return async function callPartner(call) {
    const { environment, row } = call;
    const request = requestOf(call);
    let answer: HttpAnswer;
    try {
      answer = await (row.scopes.length > 0
        ? tokens.send(environment.id, row.scopes, request)
        : transport(request));
    } catch (cause) {
      throw cause instanceof TransportError ? whyNoAnswer(cause, environment) : cause;
    }
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer, environment, row);
    return { status: answer.status, result: resultOf(answer, environment, row), facts: factsOf(answer) };
  };
}

function requestOf({ environment, row, request, requestId, signal }: PartnerCall): HttpRequest {
  const { method, path } = row.partner;
  const headers: Record<string, string> = { accept: 'application/json', 'x-request-id': requestId };
  if (path.startsWith('/v1/')) headers['x-api-version'] = partnerApiVersion;
  if (row.request === null) return { method, url: environment.apiUrl + path, headers, signal };
  headers['content-type'] = 'application/json';
  const sent: HttpRequest = {
    method,
    url: environment.apiUrl + path,
    headers,
    body: JSON.stringify(request),
  };
  // A write that has begun goes on without its caller: to stop waiting is not to take it back.
  return row.writes ? { ...sent, freshConnection: true } : { ...sent, signal };
}

function resultOf(answer: HttpAnswer, environment: PartnerEnvironment, row: OperationRow): unknown {
  let body: unknown;
  try {
    // The partner does not say what some successes hold: nothing is an answer too, where the table expects anything.
    body = answer.text === '' ? null : JSON.parse(answer.text);
  } catch {
    throw badResponse(environment, `its answer (status ${answer.status}) is not JSON`);
  }
  const parsed = row.response.safeParse(body);
  if (parsed.success) return body;
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the body itself');
  throw badResponse(
    environment,
    `its answer (status ${answer.status}) is not of the documented shape, at: ${fields.join(', ')}`,
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
