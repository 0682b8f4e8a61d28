import type * as z from 'zod/mini';
import {
  type Check,
  type GivenOptions,
  present,
  type SharedCallOptions,
  timeoutCheck,
  type WriteOptions,
} from './call-request.ts';
import { type CallSettings, createCall } from './client-call.ts';
import type { EndpointRow, EndpointTable, OperationRow, OwnRow, ParameterIn } from './endpoint-row.ts';
import { type Endpoints, endpoints } from './endpoints.ts';
import type { BodyOf, OperationName, ReadOperation, Success, SuccessOf } from './operations.ts';

export type ClientOptions = {
  /** The URL of the BFF: https, or http on loopback. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer …`, and only to `baseUrl`. */
  accessKey?: string | undefined;
  /** For tests and hosts with a `fetch` of their own. */
  fetch?: typeof fetch | undefined;
  /**
   * How long to wait for the whole answer, in addition to the time for sending a large body at 1 Mbit/s, to the BFF and on
   * to Pearsana. The BFF's own limits are shorter. Default 60,000 ms.
   */
  timeoutMs?: number | undefined;
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

/** Null is the same as nothing: it is the `next` of a last page. */
type QueryOf<Row> = Row extends { query: infer Query extends z.ZodMiniType }
  ? { [Name in keyof z.input<Query>]: z.input<Query>[Name] | null | undefined }
  : unknown;

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

/** A key as it can stand in a header (RFC 9110, 5.5). */
export const accessKeyForm = /^[!-~]+$/;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The origin of a BFF's URL.
 * @throws TypeError if it is not a URL, contains a user name, path, query or fragment, or would send the key unencrypted.
 */
export function backendOrigin(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol === 'http:' && !loopbackNames.has(url.hostname)) {
    throw new TypeError(
      `The BFF’s address must be https: ${url.host} is not this machine, and the access key must not travel in the clear.`,
    );
  }
  // Anything more than the origin, such as a user name or a path, is in the whole URL too.
  if (!url?.origin.startsWith('http') || url.href !== `${url.origin}/`) {
    throw new TypeError(
      'The BFF’s address must look like https://bff.example.com or http://127.0.0.1:8787: scheme, host and port alone.',
    );
  }
  return url.origin;
}

/**
 * A client of the BFF. It needs only `fetch`, so it runs in Node, in browsers and in worker hosts.
 * @throws TypeError if an option is wrong: `baseUrl` is not an address for a key, or `accessKey` cannot be sent in a header.
 */
export function createClient(options: ClientOptions): Client {
  return createClientOf(endpoints, options);
}

/** A client of a BFF that serves this table. */
export function createClientOf<Table extends EndpointTable>(
  table: Table,
  options: ClientOptions,
): ClientOf<Table> {
  const call = createCall(callSettings(options));
  const send = sender(options);
  return methodsOf(table, (row, given) => call(row, given, send));
}

/** The methods of a table, each of which makes its row's call. */
export function methodsOf<Table extends EndpointTable>(
  table: Table,
  call: (row: EndpointRow, given: GivenOptions, name: string) => Promise<unknown>,
): ClientOf<Table> {
  // Each method has the types of its row, and the compiler cannot follow them through a list of names.
  const methods = Object.entries(table).map(([name, row]) => [
    name,
    async (given?: GivenOptions) => call(row, present(given ?? {}), name),
  ]);
  return Object.fromEntries(methods) as ClientOf<Table>;
}

/** @throws TypeError if an option is wrong. */
export function callSettings({ baseUrl, accessKey, timeoutMs = 60_000 }: ClientOptions): CallSettings {
  const origin = backendOrigin(baseUrl);
  if (accessKey !== undefined && !(typeof accessKey === 'string' && accessKeyForm.test(accessKey))) {
    throw new TypeError('The access key must be visible ASCII, and not empty.');
  }
  requireOption('timeoutMs', timeoutMs, timeoutCheck);
  return { origin, accessKey, timeoutMs };
}

/** @throws TypeError if the option is wrong. */
export function requireOption(name: string, value: unknown, [isRight, message]: Check): void {
  if (!isRight(value)) throw new TypeError(`${name} ${message}.`);
}

/** The host's `fetch`, or the given one. It is called through a wrapper, since a browser's refuses any other `this`. */
export function sender(options: Pick<ClientOptions, 'fetch'>): typeof fetch {
  return options.fetch ?? ((input, init) => fetch(input, init));
}
