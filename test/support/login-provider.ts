import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';

/** A real OpenID provider with a login page, where whoever types a name is that person, and a registrar. */
export type LoginProvider = AsyncDisposable & { issuer: string; clientId: string; clientSecret: string };

const minutes = 60;

/** @param redirectUri of the BFF; the provider itself has another host name, and so is another site. */
export async function startLoginProvider(redirectUri: string): Promise<LoginProvider> {
  const server = createServer();
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['bff-at-the-provider', 'a-secret-of-the-provider-for-tests-only'];
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    adapter: inMemory(),
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] },
        // Others may not be sent back to http.
        application_type: 'native',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a-cookie-key-for-tests-only'] },
    claims: { openid: ['sub', 'groups'] },
    // So that the ID token itself has the groups.
    conformIdTokenClaims: false,
    findAccount: (_context, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, groups: ['registrars'] }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/login/${uid}` },
    // Whoever signed in agrees.
    async loadExistingGrant({ oidc: { client, provider, session } }) {
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    ttl: {
      ...{ AccessToken: minutes, AuthorizationCode: minutes, Grant: minutes, IdToken: minutes },
      ...{ Interaction: 10 * minutes, Session: 10 * minutes },
    },
  });
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/login/')) return answer(request, response);
    if (request.method === 'POST') {
      const accountId = new URLSearchParams(await text(request)).get('name') ?? '';
      return provider.interactionFinished(request, response, { login: { accountId } });
    }
    const { prompt } = await provider.interactionDetails(request, response);
    // It asks each time whether a native application may have this.
    if (prompt.name === 'consent') return provider.interactionFinished(request, response, { consent: {} });
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<form method="post"><input name="name" aria-label="Name"><button>Log in</button></form>');
  });
  return {
    ...{ issuer, clientId, clientSecret },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What oidc-provider brings along does as much, with a warning that is meant for production. */
function inMemory(): (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>();
  return (model) => ({
    upsert: async (id, payload) => void kept.set(`${model} ${id}`, payload),
    find: async (id) => kept.get(`${model} ${id}`),
    findByUid: async (uid) => [...kept.values()].find((each) => each.uid === uid),
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const payload = kept.get(`${model} ${id}`);
      if (payload) payload.consumed = Date.now() / 1_000;
    },
    destroy: async (id) => void kept.delete(`${model} ${id}`),
    revokeByGrantId: async () => undefined,
  });
}
