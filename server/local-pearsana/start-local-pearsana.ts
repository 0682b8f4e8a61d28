import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import type { Arrival } from './arrivals.ts';
import { createAuthorizationServer, createSigningKeys } from './authorization-server.ts';
import { documentedScopes } from './scopes.ts';
import { createTokenVerifier } from './verify-token.ts';

export type LocalPearsanaOptions = {
  clientId?: string;
  clientSecret?: string;
  /** The scopes of the App Client. By default, all that Pearsana documents. */
  enabledScopes?: readonly string[];
  /** Whole seconds; 3600 unless given. */
  tokenLifetimeSeconds?: number;
  /** The largest body with documents, in bytes. Pearsana states no limit, so the default is 64 MB. */
  mostDocumentBytes?: number;
  /** A free port unless given. */
  authPort?: number;
  /** A free port unless given. */
  apiPort?: number;
};

export type LocalPearsana = AsyncDisposable & {
  /** The token endpoint is `${authUrl}/oauth2/token`. */
  authUrl: string;
  apiUrl: string;
  clientId: string;
  clientSecret: string;
  /** The last 1,000 requests that the API received, newest last; a live list, for tests. */
  arrivals: readonly Arrival[];
  /** Closes both servers and every connection to them; may be called again. */
  stop(): Promise<void>;
};

/**
 * Starts a stand-in for Pearsana on loopback: its token endpoint and its API, with one App Client. It is
 * written from Pearsana's own pages and shares no code with the rest, so that it can disagree with us.
 */
export async function startLocalPearsana(options: LocalPearsanaOptions = {}): Promise<LocalPearsana> {
  const {
    clientId = 'local-pearsana',
    clientSecret = randomBytes(32).toString('base64url'),
    enabledScopes = documentedScopes,
    tokenLifetimeSeconds = 3600,
    mostDocumentBytes = 64 * 1024 * 1024,
  } = options;
  const arrivals: Arrival[] = [];
  const keys = await createSigningKeys();
  const authServer = createServer();
  const apiServer = createServer();
  const stop = async () => {
    await Promise.all([close(authServer), close(apiServer)]);
  };

  try {
    // The tokens name their issuer, so the address has to be known before the authorisation server is built.
    const authUrl = await listen(authServer, options.authPort);
    const apiUrl = await listen(apiServer, options.apiPort);
    const client = { clientId, clientSecret, enabledScopes, tokenLifetimeSeconds };
    authServer.on('request', await createAuthorizationServer(authUrl, client, keys));
    apiServer.on(
      'request',
      createApi(createTokenVerifier(authUrl, keys.publicKey), arrivals, mostDocumentBytes),
    );
    return { authUrl, apiUrl, clientId, clientSecret, arrivals, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listen(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // It fails only for a server that doesn't listen, and then there is nothing left to close.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
