import { ConfidentialClientApplication, type INetworkModule, ProtocolMode } from '@azure/msal-node';

/**
 * MSAL's client credentials against any authorisation server, by its documented options. It accepts only an https
 * authority, which is not Microsoft's only in its OIDC mode and when it is named as known, and it asks that authority
 * for its metadata first: so the network module, which is ours, answers that question itself and sends the token
 * requests, which it changes in nothing, to the endpoint on loopback.
 */
export function createMsalClient(authUrl: string, scope: string): () => Promise<string | undefined> {
  const authority = 'https://auth.benchmark.example';
  const metadata = {
    issuer: authority,
    authorization_endpoint: `${authority}/oauth2/authorize`,
    token_endpoint: `${authority}/oauth2/token`,
    jwks_uri: `${authority}/keys`,
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: async <T>() => ({ status: 200, headers: {}, body: metadata as T }),
    async sendPostRequestAsync(url, { headers = {}, body = '' } = {}) {
      const answer = await fetch(authUrl + new URL(url).pathname, { method: 'POST', headers, body });
      return { status: answer.status, headers: {}, body: await answer.json() };
    },
  };
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: 'a-client',
      clientSecret: 'a-client-secret-for-benchmarks',
      authority,
      knownAuthorities: [new URL(authority).host],
    },
    system: { networkClient, protocolMode: ProtocolMode.OIDC },
  });

  return async function accessToken() {
    return (await client.acquireTokenByClientCredential({ scopes: [scope] }))?.accessToken;
  };
}
