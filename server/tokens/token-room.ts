import type { TokenStatus } from '../../shared/environments.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../partner/transport.ts';
import type { Secret } from './secret.ts';
import { type Clock, createTokenKeeper, type KeptToken, type TokenKeeper } from './token-keeper.ts';
import type { ClientCredentials, RequestToken } from './token-request.ts';

/**
 * The one place where a token or a secret is seen. What leaves it is an answer, never a token: a caller of the room
 * hands in a request without credentials, and gets it sent with them.
 */
export type TokenRoom = {
  /**
   * Sends a request with a token of exactly `scopes`. After a 401 that token is dropped and the request sent once more,
   * with another: a 401 says that the partner did not process it, which no other failure does.
   */
  send(environment: string, scopes: readonly string[], request: HttpRequest): Promise<HttpAnswer>;
  /** Where each token of an environment stands. */
  statuses(environment: string): TokenStatus[];
};

export type TokenRoomOptions = {
  credentials: readonly ClientCredentials[];
  requestToken: RequestToken;
  transport: Transport;
  clock?: Clock;
  random?: () => number;
};

export function createTokenRoom(options: TokenRoomOptions): TokenRoom {
  const { requestToken, transport, clock = () => performance.now() / 1000, random = Math.random } = options;
  const credentialsOf = new Map(options.credentials.map((each) => [each.environment, each]));
  const keepers = new Map<string, { environment: string; scopes: readonly string[]; keeper: TokenKeeper }>();

  function keeperFor(environment: string, scopes: readonly string[]): TokenKeeper {
    const credentials = credentialsOf.get(environment);
    if (!credentials) throw new Error(`No credentials are configured for ${environment}.`);
    const sorted = [...new Set(scopes)].sort();
    // Everything that a token depends on is part of the key, and the single flight is the keeper's own, so the two cannot differ.
    const { authUrl, clientId, clientSecret } = credentials;
    const key = JSON.stringify([environment, authUrl, clientId, clientSecret.generation, ...sorted]);
    let entry = keepers.get(key);
    if (!entry) {
      const request = () => requestToken(credentials, sorted);
      entry = { environment, scopes: sorted, keeper: createTokenKeeper({ request, clock, random }) };
      keepers.set(key, entry);
    }
    return entry.keeper;
  }

  async function sendWith({ value }: KeptToken, request: HttpRequest): Promise<HttpAnswer> {
    const token = value.reveal();
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const answer = await transport({ ...request, headers });
    // An API that repeats what it was sent must not make us pass a token on.
    return {
      ...answer,
      text: withoutToken(plainJson(answer.text), value),
      header: (name) => {
        const header = answer.header(name);
        return header === undefined ? undefined : withoutToken(header, value);
      },
    };
  }

  return {
    async send(environment, scopes, request) {
      const keeper = keeperFor(environment, scopes);
      const first = await keeper.get();
      const answer = await sendWith(first, request);
      if (answer.status !== 401) return answer;
      keeper.evict(first.generation);
      return sendWith(await keeper.get(), request);
    },

    statuses(environment) {
      return [...keepers.values()]
        .filter((entry) => entry.environment === environment)
        .map(({ scopes, keeper }) => ({ scopes: [...scopes], ...keeper.status() }));
    },
  };
}

/** Hides a token that is spelt as it is, or as JSON spells it. */
function withoutToken(text: string, value: Secret): string {
  const token = value.reveal();
  const inJson = JSON.stringify(token).slice(1, -1);
  return text.replaceAll(token, String(value)).replaceAll(inJson, String(value));
}

/** JSON with no more escapes than it needs: some encoders write `\/`, and a token spelt so would come back when it is read. */
function plainJson(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
