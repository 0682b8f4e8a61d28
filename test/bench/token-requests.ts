import { createConnections } from '../../server/network/connections.ts';
import { createTransport } from '../../server/network/transport.ts';
import { Secret } from '../../server/secret.ts';
import { createTokenRequest } from '../../server/tokens/token-request.ts';
import { createTokenRoom } from '../../server/tokens/token-room.ts';
import { createMsalClient } from './peers/msal.ts';
import { createAccessTokenSnippet } from './peers/snippet.ts';
import { startTokenEndpoint } from './token-endpoint.ts';

/** How often the authorisation server was asked, by whom. */
export type TokenRequests = { name: string; coldCallers: number; inARow: number };

type TokenClient = { getToken(): Promise<unknown>; stop?(): Promise<void> };

const scope = 'pearsana-partner/ping';
const clientId = 'a-client';
const clientSecret = 'a-client-secret-for-benchmarks';

/** Each opens with an empty cache; the counting is the server's, so no contestant is asked what it has done. */
const contestants: Record<string, (authUrl: string) => TokenClient> = {
  'BFF (its token room)': openTokenRoom,
  'Pearsana’s sample code': (authUrl) => ({
    getToken: createAccessTokenSnippet({ authUrl, clientId, clientSecret, scope }),
  }),
  '`@azure/msal-node`': (authUrl) => ({ getToken: createMsalClient(authUrl, scope) }),
};

export const coldCallers = 1_000;
export const callsInARow = 20;
export const shortLifetimeSeconds = 30;

export async function countTokenRequests(): Promise<TokenRequests[]> {
  const counted: TokenRequests[] = [];
  for (const [name, open] of Object.entries(contestants)) {
    counted.push({
      name,
      coldCallers: await count(open, 3600, (get) => Promise.all(Array.from({ length: coldCallers }, get))),
      inARow: await count(open, shortLifetimeSeconds, async (get) => {
        for (let call = 0; call < callsInARow; call += 1) await get();
      }),
    });
  }
  return counted;
}

async function count(
  open: (authUrl: string) => TokenClient,
  lifetimeSeconds: number,
  use: (getToken: () => Promise<unknown>) => Promise<unknown>,
): Promise<number> {
  const endpoint = await startTokenEndpoint(lifetimeSeconds);
  const client = open(endpoint.authUrl);
  try {
    await use(client.getToken);
    return endpoint.count();
  } finally {
    await client.stop?.();
    await endpoint.stop();
  }
}

function openTokenRoom(authUrl: string): TokenClient {
  const connections = createConnections();
  const environment = 'sandbox';
  const room = createTokenRoom({
    credentials: [{ environment, authUrl, clientId, clientSecret: new Secret(clientSecret) }],
    requestToken: createTokenRequest({ dispatcher: connections.fresh, timeoutMs: 5_000 }),
    transport: createTransport({ connections, timeoutMs: 10_000 }),
  });
  return { getToken: async () => room.ready(environment, [scope]), stop: () => connections.close(0) };
}
