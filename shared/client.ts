import type * as z from 'zod/mini';
import { idempotencyKeyForm } from './activity.ts';
import { ClientError } from './client-error.ts';
import { slowestBytesPerMs } from './documents.ts';
import {
  type EndpointRow,
  type EndpointTable,
  filledPath,
  isConfirmed,
  isWrite,
  type OperationRow,
  type OwnRow,
  type ParameterIn,
  parametersIn,
} from './endpoint-row.ts';
import { type Endpoints, endpoints } from './endpoints.ts';
import { failureBody, type Issue } from './errors.ts';
import {
  type BodyOf,
  type OperationName,
  type ReadOperation,
  type Success,
  type SuccessOf,
  successOf,
} from './operations.ts';
import { validate } from './validate.ts';

export type ClientOptions = {
  /** The URL of the BFF: https, or http on loopback. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer …`, and only to `baseUrl`. */
  accessKey?: string;
  /** For tests and hosts with a `fetch` of their own. */
  fetch?: typeof fetch;
  /**
   * How long to wait for the whole answer, in addition to the time for sending a large body at 1 Mbit/s, to the BFF and on
   * to Pearsana. The BFF's own limits are shorter. Default 60,000 ms.
   */
  timeoutMs?: number;
};

export type SharedCallOptions = {
  /** Cancels the wait. A write that has been sent may still happen. */
  signal?: AbortSignal | undefined;
  /** At most 128 characters of `[\w.-]`. By default the client makes one, so that even a call without an answer can be found in logs. */
  requestId?: string;
};

export type WriteOptions = {
  /** For a write to a protected environment: its name once more, typed by the person who wants it. */
  confirm?: string;
  /**
   * 1 to 255 visible ASCII characters that stand for this one intention. By default the client makes a key for each call.
   * To retry without doing it twice, pass the key of the {@link ClientError}.
   */
  idempotencyKey?: string;
  /** The import that this is a row of, as in `imp_…`. It was confirmed as a whole, and its rows need a key each. */
  importId?: string;
};

/** The options of an operation's method: the parameters of its path, its query and its body. */
export type CallOptions<Name extends OperationName> = InEnvironment & OperationOptions<Endpoints[Name]>;

/** The operations that read, and need no more than an environment. */
export type PlainRead = {
  [Name in ReadOperation]: { environment: string } extends CallOptions<Name> ? Name : never;
}[ReadOperation];

type InEnvironment = SharedCallOptions & { environment: string };
type OperationOptions<Row extends EndpointRow> = {
  [Id in Exclude<ParameterIn<Row['path']>, 'environment'>]: string;
} & QueryOf<Row> &
  (BodyOf<Row> extends undefined ? { request?: undefined } : { request: BodyOf<Row> }) &
  (Row extends { method: 'POST' } ? WriteOptions : unknown);

/** The same for the BFF's own rows. Their small bodies are given as options too. */
type OwnOptions<Row extends EndpointRow> = SharedCallOptions &
  (Row extends { confirmed: true } ? Pick<WriteOptions, 'confirm'> : unknown) & {
    [Parameter in ParameterIn<Row['path']>]: string;
  } & QueryOf<Row> &
  (BodyOf<Row> extends undefined ? unknown : BodyOf<Row>);

type QueryOf<Row> = Row extends { query: infer Query extends z.ZodMiniType } ? z.input<Query> : unknown;

/** A success. For a write, `replayed` says whether this is the recorded answer to an earlier request with the same key. */
export type Answer<Name extends OperationName> = Success<Name> & Replayed<Endpoints[Name]>;

type Replayed<Row> = Row extends { method: 'POST' } ? { replayed: boolean } : unknown;

type OwnMethod<Row extends OwnRow> =
  object extends OwnOptions<Row>
    ? (options?: OwnOptions<Row>) => Promise<z.output<Row['answer']>>
    : (options: OwnOptions<Row>) => Promise<z.output<Row['answer']>>;

/** One method for each row of the table. Every method fails with a {@link ClientError}. */
export type Client = { [Name in OperationName]: (options: CallOptions<Name>) => Promise<Answer<Name>> } & {
  [Name in Exclude<keyof Endpoints, OperationName>]: OwnMethod<Endpoints[Name]>;
};

/** The same for any table. */
export type ClientOf<Table extends EndpointTable> = {
  [Name in keyof Table]: Table[Name] extends OperationRow
    ? (
        options: InEnvironment & OperationOptions<Table[Name]>,
      ) => Promise<SuccessOf<Table[Name]> & Replayed<Table[Name]>>
    : Table[Name] extends OwnRow
      ? OwnMethod<Table[Name]>
      : never;
};

/** The options of a method, unchecked. */
type Given = SharedCallOptions &
  WriteOptions & { environment?: string; request?: unknown } & Record<string, unknown>;
type Refuse = (issues: readonly Issue[]) => never;

/** Values that would leave their place in the path even if encoded, or that cannot be encoded. */
const climbs = /^\.{0,2}$|\p{Cs}/u;

/** A key as it can stand in a header (RFC 9110, 5.5). */
export const accessKeyForm = /^[!-~]+$/;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The origin of a BFF's URL.
 * @throws TypeError if it is not a URL, contains a user name, path, query or fragment, or would send the key unencrypted.
 */
export function backendOrigin(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('The BFF’s address must look like https://bff.example.com or http://127.0.0.1:8787.');
  }
  if (url.protocol === 'http:' && !loopbackNames.has(url.hostname)) {
    throw new TypeError(
      `The BFF’s address must be https: ${url.host} is not this machine, and the access key must not travel in the clear.`,
    );
  }
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(
      'The BFF’s address must be scheme, host and port alone, as in https://bff.example.com.',
    );
  }
  return url.origin;
}

/**
 * A client of the BFF. It needs only `fetch`, so it runs in Node, in browsers and in worker hosts.
 * @throws TypeError if `baseUrl` is not an address for a key, or if `accessKey` cannot be sent in a header.
 */
export function createClient(options: ClientOptions): Client {
  return createClientOf(endpoints, options);
}

/** A client of a BFF that serves this table. */
export function createClientOf<Table extends EndpointTable>(
  table: Table,
  options: ClientOptions,
): ClientOf<Table> {
  const origin = backendOrigin(options.baseUrl);
  const { accessKey, timeoutMs = 60_000 } = options;
  if (accessKey !== undefined && !accessKeyForm.test(accessKey)) {
    throw new TypeError('The access key must be visible ASCII.');
  }
  // Called through a wrapper, since a browser's fetch refuses any other `this`.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));

  async function call(row: EndpointRow, given: Given) {
    const { signal, requestId = crypto.randomUUID(), environment, confirm, importId } = given;
    const writes = isWrite(row);
    const idempotencyKey = writes ? (given.idempotencyKey ?? crypto.randomUUID()) : undefined;
    const context = { origin, requestId, environment, writes, idempotencyKey };
    const refuse: Refuse = (issues) => {
      throw ClientError.invalid({ ...context, requestId: given.requestId ?? '' }, issues);
    };
    const { path, body } = requestOf(row, given, refuse);
    if (idempotencyKey !== undefined && !idempotencyKeyForm.test(idempotencyKey)) {
      refuse([{ path: 'idempotencyKey', message: 'must be 1 to 255 visible ASCII characters' }]);
    }
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const longestMs = timeoutMs + Math.ceil(((sent?.length ?? 0) * 2) / slowestBytesPerMs);
    const timeout = AbortSignal.timeout(longestMs);
    let response: Response;
    let text: string;
    try {
      response = await send(origin + path, {
        method: row.method,
        headers: {
          accept: 'application/json',
          'x-request-id': requestId,
          ...(accessKey !== undefined && { authorization: `Bearer ${accessKey}` }),
          ...(sent !== undefined && { 'content-type': 'application/json' }),
          ...(isConfirmed(row) &&
            confirm !== undefined && {
              'x-confirm-environment': headerWord(confirm),
            }),
          ...(writes && importId !== undefined && { 'x-pearsana-import': headerWord(importId) }),
          // A string of a structured field, which has the same escapes as JSON here.
          ...(idempotencyKey !== undefined && { 'idempotency-key': JSON.stringify(idempotencyKey) }),
        },
        ...(sent !== undefined && { body: sent }),
        // A redirect would take the key to another place.
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (cause) {
      if (signal?.aborted) throw ClientError.cancelled(context, cause);
      throw ClientError.unreachable(
        context,
        timeout.aborted ? `no answer within ${longestMs / 1000} s` : undefined,
        cause,
      );
    }

    const answered = parseJson(text);
    function read<Contract extends z.ZodMiniType>(contract: Contract): z.output<Contract> {
      const parsed = contract.safeParse(answered);
      if (parsed.success) return parsed.data;
      throw ClientError.contract(context, response, parsed.error.issues);
    }
    if (!response.ok) throw ClientError.refused(context, response, read(failureBody).error);
    const answer = read(answerOf(row));
    if (environment !== undefined && answer.environment !== environment) {
      throw ClientError.environment(
        { ...context, requestId: answer.requestId },
        answer.environment ?? 'none',
      );
    }
    return writes ? { ...answer, replayed: response.headers.get('idempotent-replayed') === 'true' } : answer;
  }

  // Each method has the types of its row, and the compiler cannot follow them through a list of names.
  const methods = Object.entries(table).map(([name, row]) => [name, (given: Given = {}) => call(row, given)]);
  return Object.fromEntries(methods) as ClientOf<Table>;
}

/** Path and body of a call. `refuse` is called with the first fault. */
function requestOf(row: EndpointRow, given: Given, refuse: Refuse) {
  for (const path of parametersIn(row.path)) {
    if (climbs.test(`${given[path] ?? ''}`)) refuse([{ path, message: 'is not a name' }]);
  }
  const pick = (schema?: z.ZodMiniObject) =>
    Object.keys(schema?.shape ?? {}).flatMap((name) =>
      given[name] === undefined ? [] : [[name, given[name]] as [string, string]],
    );
  // For the BFF's own rows, the fields of the body are among the options.
  const body = row.access === 'grant' ? given.request : row.request && Object.fromEntries(pick(row.request));
  const validation = row.request && validate(row.request, body);
  if (validation && !validation.ok) refuse(validation.issues);
  const query = new URLSearchParams(pick(row.query)).toString();
  return { path: filledPath(row.path, given) + (query && `?${query}`), body };
}

/** The schema of a row's whole answer. */
function answerOf(row: EndpointRow): OwnRow['answer'] {
  return row.access === 'grant' ? successOf(row) : row.answer;
}

/** Fetch would trim it, or fail as if nothing were reachable: what is no word is for the BFF to refuse. */
function headerWord(text: string): string {
  return text.replace(/[^!-~]/g, '?');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
