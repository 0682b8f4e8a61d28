import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { type Certificate, type HttpsServer, startHttps } from '../network/https.ts';

/** A real OpenID provider over https at `localhost`, which for a browser is another site than `127.0.0.1`. */
export type OpenIdProvider = HttpsServer & { issuer: string; clientId: string; clientSecret: string };

/**
 * Everybody can sign in, with any password; a name that begins with `registrar-` makes a registrar. It shows the
 * library's pages for development.
 */
export async function startOpenIdProvider(
  certificate: Certificate,
  redirectUri: string,
): Promise<OpenIdProvider> {
  const server = await startHttps(certificate);
  const issuer = `https://localhost:${server.port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const client = { clientId: 'bff', clientSecret: 'canary-secret-of-the-bff-at-the-provider' };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a-key-for-tests-only'] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    // As OpenID has it, these are in the userinfo and not in the ID token.
    claims: { openid: ['sub'], profile: ['groups'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, groups: sub.startsWith('registrar-') ? ['registrars'] : [] }),
    }),
  });
  provider.silent = true;
  server.handle(provider.callback());
  return { ...client, ...server, issuer };
}
