import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Adapter, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';

const tokenPath = '/oauth2/token';

/** The audience of every token: the prefix of the scopes, which is how Pearsana names its API. */
export const tokenAudience = 'pearsana-partner';

// RFC 8707 wants an absolute URI here. Callers never see it, since Pearsana knows no `resource` parameter.
const resource = `urn:${tokenAudience}`;

// A JWT is not stored by oidc-provider and the one client is configured, so nothing needs to be kept. Its
// own in-memory adapter would do as well, but prints a warning that is meant for production.
const nothingStored: Adapter = {
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  upsert: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
};

type AppClient = {
  clientId: string;
  clientSecret: string;
  enabledScopes: readonly string[];
  tokenLifetimeSeconds: number;
};

type SigningKeys = Awaited<ReturnType<typeof createSigningKeys>>;

/** A fresh RS256 key pair; the private half is extractable because oidc-provider takes its keys as JWKs. */
export function createSigningKeys() {
  return generateKeyPair('RS256', { extractable: true });
}

/**
 * Pearsana's token endpoint for one App Client: client credentials only, JWT access tokens (RFC 9068).
 * @param issuer the server's own address, which becomes the tokens' `iss`
 */
export async function createAuthorizationServer(issuer: string, client: AppClient, keys: SigningKeys) {
  const provider = new Provider(issuer, {
    adapter: () => nothingStored,
    jwks: { keys: [{ ...(await exportJWK(keys.privateKey)), alg: 'RS256', use: 'sig' }] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        // Whichever method is named, oidc-provider also accepts the secret in the Authorization header.
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    routes: { token: tokenPath },
    ttl: { ClientCredentials: client.tokenLifetimeSeconds },
    responseTypes: [],
    scopes: [],
    // Browsers never use a client secret.
    clientBasedCORS: () => false,
    renderError: (ctx, error) => {
      ctx.body = error;
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: (ctx, indicator) => grantableScopes(ctx, indicator, client),
      },
    },
  });
  // Koa prints the stack of every request that its caller aborted.
  provider.silent = true;
  // Pearsana's page names only this endpoint, so the others of oidc-provider answer 404.
  provider.use(async (ctx, next) => {
    if (ctx.path === tokenPath) await next();
  });
  return provider.callback();
}

/**
 * Checks the requested scopes and describes the API to oidc-provider, which would grant a request without the
 * scopes that it doesn't know; Pearsana answers `invalid_scope` (RFC 6749, 5.2).
 */
function grantableScopes(ctx: KoaContextWithOIDC, indicator: string, client: AppClient): ResourceServer {
  if (indicator !== resource) throw new errors.InvalidTarget();
  const params = ctx.oidc.params ?? {};
  // Pearsana doesn't say what a request without scopes means. Its scopes look like those of Amazon Cognito, which
  // then grants all scopes of the client.
  params.scope ??= client.enabledScopes.join(' ');
  const refused = String(params.scope)
    .split(' ')
    .find((scope) => !client.enabledScopes.includes(scope));
  if (refused !== undefined) throw new errors.InvalidScope('scope is not enabled on the App Client', refused);
  return {
    audience: tokenAudience,
    scope: client.enabledScopes.join(' '),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
}
