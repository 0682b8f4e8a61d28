import type * as z from 'zod/mini';
import { ClientError } from './client-error.ts';
import {
  type EnvironmentsAnswer,
  environmentsAnswer,
  type SessionAnswer,
  sessionAnswer,
} from './environments.ts';
import { failureBody } from './errors.ts';
import {
  type OperationName,
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  type RequestOf,
  type Success,
  successOf,
} from './operations.ts';
import {
  type KeyEndedAnswer,
  keyEndedAnswer,
  type SignInMethodsAnswer,
  signInMethodsAnswer,
  type WindowCodeRequest,
  type WindowKeyAnswer,
  windowKeyAnswer,
} from './sign-in.ts';
import { validate } from './validate.ts';

export type ClientOptions = {
  /** Where the BFF is: https, or http to loopback. */
  baseUrl: string;
  /** Sent as `Authorization: Bearer …`, to `baseUrl` only. */
  accessKey?: string;
  /** For tests and hosts with a `fetch` of their own. */
  fetch?: typeof fetch;
  /** How long to wait for the whole answer; the BFF's own limits are shorter. Default 60,000 ms. */
  timeoutMs?: number;
};

export type SharedCallOptions = {
  /** Cancels the wait. A write that has left may happen all the same. */
  signal?: AbortSignal;
  /** At most 128 of `[\w.-]`; made when absent, so that a call that gets no answer can be found in the logs too. */
  requestId?: string;
};

export type CallOptions<Name extends OperationName> = SharedCallOptions & {
  environment: string;
} & (RequestOf<Name> extends undefined
    ? { request?: undefined }
    : {
        request: RequestOf<Name>;
        /** For a write to a protected environment: its name once more, typed by the person who wants it. */
        confirm?: string;
      });

/** One method a row of the table, and what the BFF answers about itself and its callers. Every method fails with a {@link ClientError}. */
export type Client = {
  [Name in OperationName]: (options: CallOptions<Name>) => Promise<Success<Name>>;
} & {
  session(options?: SharedCallOptions): Promise<SessionAnswer>;
  environments(options?: SharedCallOptions): Promise<EnvironmentsAnswer>;
  /** How one can sign in; needs no key. */
  signInMethods(options?: SharedCallOptions): Promise<SignInMethodsAnswer>;
  /** Redeems what a browser brought back to an editor; needs no key, and gives one. */
  redeemCode(request: WindowCodeRequest, options?: SharedCallOptions): Promise<WindowKeyAnswer>;
  /** Gives the key back that this client has; for one that {@link Client.redeemCode} gave. */
  endKey(options?: SharedCallOptions): Promise<KeyEndedAnswer>;
};

/** What would leave its place in the path even when it is encoded, or cannot be encoded. */
const climbs = /^\.{0,2}$|\p{Cs}/u;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The origin of a BFF's URL.
 * @throws TypeError when it is no URL, holds a user name, path, query or fragment, or would carry the key in the clear.
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
 * A client of the BFF. It needs `fetch` alone, so it runs in Node, in browsers and in worker hosts.
 * @throws TypeError when `baseUrl` is no address for a key, or `accessKey` cannot stand in a header.
 */
export function createClient(options: ClientOptions): Client {
  const origin = backendOrigin(options.baseUrl);
  const { accessKey, timeoutMs = 60_000 } = options;
  if (accessKey !== undefined && !/^[!-~]+$/.test(accessKey)) {
    throw new TypeError('The access key must be visible ASCII.');
  }
  // Called through a wrapper: a browser's fetch refuses any `this` but its own.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));

  async function exchange<Schema extends z.ZodMiniType>(
    exchanged: {
      method: string;
      path: string;
      schema: Schema;
      body?: unknown;
      environment?: string;
      confirm?: string | undefined;
      writes: boolean;
    },
    { signal, requestId = crypto.randomUUID() }: SharedCallOptions,
  ): Promise<z.output<Schema>> {
    const context = { origin, requestId, environment: exchanged.environment, writes: exchanged.writes };
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await send(origin + exchanged.path, {
        method: exchanged.method,
        headers: {
          accept: 'application/json',
          'x-request-id': requestId,
          ...(accessKey !== undefined && { authorization: `Bearer ${accessKey}` }),
          ...(exchanged.body !== undefined && { 'content-type': 'application/json' }),
          ...(exchanged.confirm !== undefined && {
            // Fetch would trim it, or fail as if nothing were reachable: what is no name is for the BFF to refuse.
            'x-confirm-environment': exchanged.confirm.replace(/[^!-~]/g, '?'),
          }),
        },
        ...(exchanged.body !== undefined && { body: JSON.stringify(exchanged.body) }),
        // A redirect would carry the key to wherever it points.
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
        timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : undefined,
        cause,
      );
    }

    const body = parseJson(text);
    function read<Contract extends z.ZodMiniType>(contract: Contract): z.output<Contract> {
      const parsed = contract.safeParse(body);
      if (parsed.success) return parsed.data;
      throw ClientError.contract(context, response, parsed.error.issues);
    }
    if (!response.ok) throw ClientError.refused(context, response, read(failureBody).error);
    return read(exchanged.schema);
  }

  async function call(
    name: OperationName,
    options: SharedCallOptions & { environment: string; request?: unknown; confirm?: string },
  ) {
    const row: OperationRow = operations[name];
    const { environment, request, confirm } = options;
    const context = { origin, requestId: options.requestId ?? '', environment, writes: row.writes };
    if (climbs.test(environment)) {
      throw ClientError.invalid(context, [{ path: 'environment', message: 'is no name' }]);
    }
    const validation = row.request && validate(row.request, request);
    if (validation && !validation.ok) throw ClientError.invalid(context, validation.issues);
    const answer = await exchange(
      {
        ...row,
        path: operationPath(name, encodeURIComponent(environment)),
        schema: successOf(row),
        body: request,
        environment,
        confirm,
      },
      options,
    );
    if (answer.environment !== environment) {
      throw ClientError.environment({ ...context, requestId: answer.requestId }, answer.environment);
    }
    return answer;
  }

  // Each row's own types are those of `Client`; the compiler cannot follow them through a list of names.
  const methods = Object.fromEntries(
    operationNames.map((name) => [name, (options: CallOptions<OperationName>) => call(name, options)]),
  ) as unknown as { [Name in OperationName]: Client[Name] };

  return {
    ...methods,
    session: (options = {}) =>
      exchange({ method: 'GET', path: '/api/session', schema: sessionAnswer, writes: false }, options),
    environments: (options = {}) =>
      exchange(
        { method: 'GET', path: '/api/environments', schema: environmentsAnswer, writes: false },
        options,
      ),
    signInMethods: (options = {}) =>
      exchange({ method: 'GET', path: '/auth/methods', schema: signInMethodsAnswer, writes: false }, options),
    redeemCode: (body, options = {}) =>
      exchange(
        { method: 'POST', path: '/auth/vscode/token', schema: windowKeyAnswer, body, writes: false },
        options,
      ),
    endKey: (options = {}) =>
      exchange(
        { method: 'POST', path: '/auth/vscode/revoke', schema: keyEndedAnswer, writes: false },
        options,
      ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
