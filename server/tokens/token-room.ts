import type { TokenStatus } from '../../shared/environments.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../partner/transport.ts';
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
    const key = JSON.stringify([environment, credentials.authUrl, credentials.clientId, ...sorted]);
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
    const hidden = (text: string) => text.replaceAll(token, String(value));
    return {
      ...answer,
      text: hidden(answer.text),
      header: (name) => {
        const header = answer.header(name);
        return header === undefined ? undefined : hidden(header);
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
