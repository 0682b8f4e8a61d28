import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/** A real OpenID provider over http at `localhost`, for hosts that cannot be made to trust our certificate. */
export type LoginProvider = AsyncDisposable & { issuer: string; clientId: string; clientSecret: string };

/** Everybody can sign in, with any password, and is a registrar. It shows the library's pages for development. */
export async function startLoginProvider(redirectUri: string): Promise<LoginProvider> {
  const server = createServer();
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const client = { clientId: 'bff', clientSecret: 'a-secret-of-the-provider-for-tests-only' };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a-key-for-tests-only'] },
    clients: [
      {
        ...{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: [redirectUri] },
        // Others may not be sent back to http; these are asked each time whether they agree.
        application_type: 'native',
      },
    ],
    claims: { openid: ['sub', 'groups'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, groups: ['registrars'] }),
    }),
  });
  provider.silent = true;
  server.on('request', provider.callback());
  return {
    ...{ ...client, issuer },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
