import type * as z from 'zod/mini';
import {
  type ActivityAnswer,
  activityAnswer,
  activityPath,
  idempotencyKeyForm,
  type ResolveAnswer,
  type ResolveRequest,
  resolveAnswer,
  resolveRequest,
} from './activity.ts';
import { ClientError } from './client-error.ts';
import { slowestBytesPerMs } from './documents.ts';
import {
  type EnvironmentsAnswer,
  environmentsAnswer,
  type SessionAnswer,
  sessionAnswer,
} from './environments.ts';
import { failureBody, type Issue } from './errors.ts';
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
  /**
   * How long to wait for the whole answer, beside what sending a large body takes at 1 Mbit/s, to the BFF and on to the
   * partner; the BFF's own limits are shorter. Default 60,000 ms.
   */
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
        /**
         * For a write: 1 to 255 visible ASCII characters that stand for this one intention. Made for each call when
         * absent; to try again without doing it twice, give the one that the {@link ClientError} carries.
         */
        idempotencyKey?: string;
      });

/** A success; a write's also says whether it was sent now, or had been before and was answered from the BFF's journal. */
export type Answer<Name extends OperationName> = Success<Name> &
  ((typeof operations)[Name]['writes'] extends true ? { replayed: boolean } : unknown);

/** One method a row of the table, and what the BFF answers about itself and its callers. Every method fails with a {@link ClientError}. */
export type Client = {
  [Name in OperationName]: (options: CallOptions<Name>) => Promise<Answer<Name>>;
} & {
  session(options?: SharedCallOptions): Promise<SessionAnswer>;
  environments(options?: SharedCallOptions): Promise<EnvironmentsAnswer>;
  /** The caller's own writes, newest first; `before` takes the `next` of the answer before. */
  activity(options: SharedCallOptions & { environment: string; before?: string }): Promise<ActivityAnswer>;
  /** Notes whether a write whose outcome is unknown happened, once a person has looked. One that did not may be sent again. */
  resolve(
    options: SharedCallOptions & ResolveRequest & { environment: string; id: string },
  ): Promise<ResolveAnswer>;
  /** How one can sign in; needs no key. */
  signInMethods(options?: SharedCallOptions): Promise<SignInMethodsAnswer>;
  /** Redeems what a browser brought back to an editor; needs no key, and gives one. */
  redeemCode(request: WindowCodeRequest, options?: SharedCallOptions): Promise<WindowKeyAnswer>;
  /** Gives the key back that this client has; for one that {@link Client.redeemCode} gave. */
  endKey(options?: SharedCallOptions): Promise<KeyEndedAnswer>;
};

/** One request to the BFF, and what its answer must be. */
type Exchange<Schema extends z.ZodMiniType> = {
  method: string;
  schema: Schema;
  /** What the body must be; null where there is none. */
  request: z.ZodMiniType | null;
  body?: unknown;
  confirm?: string | undefined;
  idempotencyKey?: string;
  writes: boolean;
};

type OperationOptions = SharedCallOptions & {
  environment: string;
  request?: unknown;
  confirm?: string;
  idempotencyKey?: string;
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
    exchanged: Exchange<Schema> & { environment?: string; path: string },
    { signal, requestId = crypto.randomUUID() }: SharedCallOptions,
  ): Promise<{ answer: z.output<Schema>; replayed: boolean }> {
    const { environment, writes, idempotencyKey } = exchanged;
    const context = { origin, requestId, environment, writes, idempotencyKey };
    const sent = exchanged.body === undefined ? undefined : JSON.stringify(exchanged.body);
    const longestMs = timeoutMs + Math.ceil(((sent?.length ?? 0) * 2) / slowestBytesPerMs);
    const timeout = AbortSignal.timeout(longestMs);
    let response: Response;
    let text: string;
    try {
      response = await send(origin + exchanged.path, {
        method: exchanged.method,
        headers: {
          accept: 'application/json',
          'x-request-id': requestId,
          ...(accessKey !== undefined && { authorization: `Bearer ${accessKey}` }),
          ...(sent !== undefined && { 'content-type': 'application/json' }),
          ...(exchanged.confirm !== undefined && {
            // Fetch would trim it, or fail as if nothing were reachable: what is no name is for the BFF to refuse.
            'x-confirm-environment': exchanged.confirm.replace(/[^!-~]/g, '?'),
          }),
          // A string of a structured field, which escapes what JSON escapes.
          ...(idempotencyKey !== undefined && { 'idempotency-key': JSON.stringify(idempotencyKey) }),
        },
        ...(sent !== undefined && { body: sent }),
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
        timeout.aborted ? `no answer within ${longestMs / 1000} s` : undefined,
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
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    return { answer: read(exchanged.schema), replayed };
  }

  /** An exchange about one environment, whose name becomes one part of the path; the answer must be from there. */
  async function exchangeIn<Schema extends z.ZodMiniType<{ environment: string; requestId: string }>>(
    environment: string,
    { path, ...exchanged }: Exchange<Schema> & { path: (encodedEnvironment: string) => string },
    options: SharedCallOptions,
  ) {
    const { writes, idempotencyKey } = exchanged;
    const context = { origin, requestId: options.requestId ?? '', environment, writes, idempotencyKey };
    const invalid = (issues: readonly Issue[]) => ClientError.invalid(context, issues);
    if (climbs.test(environment)) throw invalid([{ path: 'environment', message: 'is not a name' }]);
    if (idempotencyKey !== undefined && !idempotencyKeyForm.test(idempotencyKey)) {
      throw invalid([{ path: 'idempotencyKey', message: 'must be 1 to 255 visible ASCII characters' }]);
    }
    const validation = exchanged.request && validate(exchanged.request, exchanged.body);
    if (validation && !validation.ok) throw invalid(validation.issues);
    const result = await exchange<Schema>(
      { ...exchanged, environment, path: path(encodeURIComponent(environment)) },
      options,
    );
    const { answer } = result;
    if (answer.environment !== environment) {
      throw ClientError.environment({ ...context, requestId: answer.requestId }, answer.environment);
    }
    return result;
  }

  async function call(name: OperationName, options: OperationOptions) {
    const row: OperationRow = operations[name];
    const { environment, request, confirm, idempotencyKey = crypto.randomUUID() } = options;
    const { answer, replayed } = await exchangeIn(
      environment,
      {
        ...row,
        path: (encoded) => operationPath(name, encoded),
        schema: successOf(row),
        body: request,
        confirm,
        ...(row.writes && { idempotencyKey }),
      },
      options,
    );
    return row.writes ? { ...answer, replayed } : answer;
  }

  // Each row's own types are those of `Client`; the compiler cannot follow them through a list of names.
  const methods = Object.fromEntries(
    operationNames.map((name) => [name, (options: CallOptions<OperationName>) => call(name, options)]),
  ) as unknown as { [Name in OperationName]: Client[Name] };

  // Neither changes anything at the partner.
  const get = { method: 'GET', writes: false, request: null } as const;
  const post = { method: 'POST', writes: false, request: null } as const;
  return {
    ...methods,
    session: async (options = {}) =>
      (await exchange({ ...get, path: '/api/session', schema: sessionAnswer }, options)).answer,
    environments: async (options = {}) =>
      (await exchange({ ...get, path: '/api/environments', schema: environmentsAnswer }, options)).answer,
    async activity({ environment, before, ...options }) {
      const query = before === undefined ? '' : `?before=${encodeURIComponent(before)}`;
      const path = (encoded: string) => activityPath(encoded) + query;
      return (await exchangeIn(environment, { ...get, path, schema: activityAnswer }, options)).answer;
    },
    async resolve({ environment, id, happened, ...options }) {
      const exchanged = {
        ...post,
        path: (encoded: string) => `${activityPath(encoded)}/${encodeURIComponent(id)}/resolve`,
        request: resolveRequest,
        body: { happened },
        schema: resolveAnswer,
      };
      return (await exchangeIn(environment, exchanged, options)).answer;
    },
    signInMethods: async (options = {}) =>
      (await exchange({ ...get, path: '/auth/methods', schema: signInMethodsAnswer }, options)).answer,
    async redeemCode(body, options = {}) {
      const exchanged = { ...post, path: '/auth/vscode/token', schema: windowKeyAnswer, body };
      return (await exchange(exchanged, options)).answer;
    },
    endKey: async (options = {}) =>
      (await exchange({ ...post, path: '/auth/vscode/revoke', schema: keyEndedAnswer }, options)).answer,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
