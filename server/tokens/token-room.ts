import type { TokenStatus } from '../../shared/environments.ts';
import type { ScopesResult } from '../../shared/scopes.ts';
import { BffError } from '../bff-error.ts';
import { type Clock, clock as processClock } from '../clock.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../network/transport.ts';
import { changedSecret } from '../secret.ts';
import { hideToken } from './hide-token.ts';
import { createScopeFinder } from './scope-finder.ts';
import { createTokenKeeper, type KeptToken, type TokenKeeper } from './token-keeper.ts';
import type { ClientCredentials, RequestToken } from './token-request.ts';

/**
 * The only place that sees a token or a client secret. Callers hand in a request without credentials, and get the answer;
 * a token never leaves.
 */
export type TokenRoom = {
  /**
   * Waits for a usable token of exactly `scopes`; undefined if there is one already. Rejects with a BffError that says why
   * there is none.
   */
  ready(environment: string, scopes: readonly string[]): Promise<unknown> | undefined;
  /**
   * Sends a request with a token of exactly `scopes`. After a 401, that token is dropped and the request is sent once more
   * with another one: a 401 says that Pearsana did not process it, and no other failure says that.
   */
  send(environment: string, scopes: readonly string[], request: HttpRequest): Promise<HttpAnswer>;
  /** Reads an environment's secret file again. A new secret gets its own tokens; the old ones are used until then. */
  rereadSecret(environment: string): void;
  /** Which scopes the App Client of an environment has. Fails with a BffError if its credentials are rejected. */
  findScopes(environment: string): Promise<ScopesResult>;
  /** The state of each token of an environment. */
  statuses(environment: string): TokenStatus[];
  /** The codes of why the last requests for tokens failed, each once. */
  failures(): string[];
};

/** What the administrator is told about tokens. */
export type TokenLog = {
  tokenFailed(facts: TokenFailure): void;
  secretReplaced(environment: string): void;
  /** `code` is the system's error code, such as `ENOENT`, or `EMPTY`. */
  secretUnreadable(environment: string, code: string): void;
};

type TokenFailure = {
  environment: string;
  scopes: readonly string[];
  /** One of our error codes. */
  code: string;
  /** Until when the old token can still be used (ISO 8601); null if there is none. */
  servesUntil: string | null;
};

type TokenRoomOptions = {
  credentials: readonly ClientCredentials[];
  requestToken: RequestToken;
  transport: Transport;
  log?: TokenLog;
  clock?: Clock;
  random?: () => number;
};

type Entry = { scopes: readonly string[]; keeper: TokenKeeper };

export function createTokenRoom(options: TokenRoomOptions): TokenRoom {
  const { requestToken, transport, log, clock = processClock, random = Math.random } = options;
  const credentialsOf = new Map(options.credentials.map((each) => [each.environment, each]));
  // By credentials, of which a new secret makes new ones, and by scopes: everything that a token depends on. The keeper
  // bundles simultaneous requests itself, so this is the key of both.
  const entries = new Map<ClientCredentials, Map<string, Entry>>();
  const findScopes = createScopeFinder({ requestToken, clock });

  function credentialsFor(environment: string): ClientCredentials {
    const credentials = credentialsOf.get(environment);
    if (!credentials) throw new Error(`No credentials are configured for ${environment}.`);
    return credentials;
  }

  function keeperFor(environment: string, scopes: readonly string[]): TokenKeeper {
    const credentials = credentialsFor(environment);
    const sorted = scopes.length === 1 ? scopes : [...new Set(scopes)].sort();
    const entry = entries.get(credentials)?.get(keyOf(sorted)) ?? addEntry(credentials, sorted);
    return entry.keeper;
  }

  /** @param inherited a token that was requested with the previous secret. */
  function addEntry(credentials: ClientCredentials, scopes: readonly string[], inherited?: KeptToken): Entry {
    const { environment } = credentials;
    async function request() {
      try {
        return await requestToken(credentials, scopes);
      } catch (error) {
        if (!(error instanceof BffError)) throw error;
        const servesUntil = keeper.status().expiresAt;
        log?.tokenFailed({ environment, scopes, code: error.code, servesUntil });
        if (error.code === 'CLIENT_CREDENTIALS_REJECTED') rereadSecret(environment);
        throw error;
      }
    }
    const keeper = createTokenKeeper({ request, clock, random, inherited });
    const entry = { scopes, keeper };
    const ofCredentials = entries.get(credentials) ?? new Map<string, Entry>();
    entries.set(credentials, ofCredentials.set(keyOf(scopes), entry));
    return entry;
  }

  function rereadSecret(environment: string): void {
    const credentials = credentialsFor(environment);
    const { clientSecretFile } = credentials;
    if (clientSecretFile === undefined) return;
    const clientSecret = changedSecret(clientSecretFile, credentials.clientSecret, (code) =>
      log?.secretUnreadable(environment, code),
    );
    if (!clientSecret) return;
    log?.secretReplaced(environment);
    const next = { ...credentials, clientSecret };
    credentialsOf.set(environment, next);
    const before = entries.get(credentials)?.values() ?? [];
    entries.delete(credentials);
    for (const { scopes, keeper } of before) addEntry(next, scopes, keeper.usable());
  }

  /** At once if there is a usable token, as for almost every call. */
  function tokenOf(environment: string, scopes: readonly string[]): KeptToken | Promise<KeptToken> {
    const keeper = keeperFor(environment, scopes);
    const token = keeper.get();
    if (!(token instanceof Promise)) return token;
    return token.catch((error: unknown) => {
      // If the secret was replaced meanwhile, use a token of the new one.
      const successor = keeperFor(environment, scopes);
      if (successor === keeper) throw error;
      return successor.get();
    });
  }

  async function sendWith({ value }: KeptToken, request: HttpRequest): Promise<HttpAnswer> {
    const headers = { ...request.headers, authorization: `Bearer ${value.reveal()}` };
    const answer = await transport({ ...request, headers });
    const hide = hideToken(value);
    return {
      ...answer,
      text: hide.inJson(answer.text),
      header(name) {
        const found = answer.header(name);
        return found === undefined ? undefined : hide.inText(found);
      },
    };
  }

  return {
    ready(environment, scopes) {
      const token = tokenOf(environment, scopes);
      return token instanceof Promise ? token : undefined;
    },

    async send(environment, scopes, request) {
      const first = await tokenOf(environment, scopes);
      const answer = await sendWith(first, request);
      if (answer.status !== 401) return answer;
      keeperFor(environment, scopes).evict(first.value.generation);
      const second = await tokenOf(environment, scopes);
      if (second.value === first.value) return answer;
      const answerToSecond = await sendWith(second, request);
      if (answerToSecond.status === 401) keeperFor(environment, scopes).hold();
      return answerToSecond;
    },

    rereadSecret,

    async findScopes(environment) {
      const credentials = credentialsFor(environment);
      try {
        return await findScopes(credentials);
      } catch (error) {
        // If the secret was replaced meanwhile, check the new one.
        rereadSecret(environment);
        const successor = credentialsFor(environment);
        if (successor === credentials) throw error;
        return findScopes(successor);
      }
    },

    statuses(environment) {
      const ofEnvironment = entries.get(credentialsFor(environment))?.values() ?? [];
      return [...ofEnvironment].map(({ scopes, keeper }) => ({ scopes: [...scopes], ...keeper.status() }));
    },

    failures() {
      const all = [...entries.values()].flatMap((each) => [...each.values()]);
      const codes = all.map(({ keeper }) => keeper.failureCode());
      return [...new Set(codes.filter((code) => code !== undefined))];
    },
  };
}

/** Any text may be a scope, so that no separator would tell two from one. No JSON text begins with a blank here. */
function keyOf(scopes: readonly string[]): string {
  return scopes.length === 1 ? ` ${scopes[0]}` : JSON.stringify(scopes);
}
