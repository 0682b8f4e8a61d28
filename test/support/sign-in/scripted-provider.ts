import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** How an ID token is made; what is left out is as it should be. */
export type TokenRecipe = {
  claims?: Record<string, unknown>;
  header?: { alg?: string; kid?: string };
  /** The key that signs it, instead of the provider's own. */
  key?: CryptoKey | Uint8Array;
  /** Replaces the whole token; it is given the good one. */
  instead?: (good: string) => string;
};

/** A wrong answer of an endpoint. */
type Answer = { status: number; body: object };

/** An OpenID provider that lies as told. It has no login page: {@link ScriptedProvider.signIn} replaces it. */
export type ScriptedProvider = AsyncDisposable & {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What a person does at the address that the BFF sent the browser to; gives the query to come back with. */
  signIn(location: string): { code: string; state: string; query: string };
  /** The requests that the token endpoint received. */
  redeemed: { authorization: string | undefined; form: URLSearchParams }[];
  /** Every token and code that it gave out. */
  issued: string[];
  /** For the ID tokens from now on, or what the token endpoint answers instead. */
  token: TokenRecipe | Answer;
  userinfo: Record<string, unknown>;
  /** The status with which its userinfo answers; 200 unless set. */
  userinfoStatus: number;
  /** Replaces these fields of the discovery document. */
  metadata: Record<string, unknown>;
  /** How often the discovery document was fetched. */
  discoveries: number;
  /** The discovery document's status, while it is away. */
  outage: number | undefined;
};

const accessToken = 'canary-access-token-of-the-provider';
const refreshToken = 'canary-refresh-token-of-the-provider';

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'ours', alg: 'RS256', use: 'sig' };
  /** By code; each is good for once. */
  const begun = new Map<string, { nonce: string; challenge: string }>();

  const server = createServer(async (request, response) => {
    const { authorization } = request.headers;
    const { status, body } = await answerTo(request.url ?? '', authorization, await text(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answerTo(path: string, authorization: string | undefined, body: string): Promise<Answer> {
    switch (path) {
      case '/.well-known/openid-configuration':
        provider.discoveries += 1;
        return { status: provider.outage ?? 200, body: discoveryDocument() };
      case '/jwks':
        return { status: 200, body: { keys: [jwk] } };
      case '/userinfo':
        return { status: provider.userinfoStatus, body: provider.userinfo };
      case '/token':
        provider.redeemed.push({ authorization, form: new URLSearchParams(body) });
        return redeem(new URLSearchParams(body));
      default:
        return { status: 404, body: {} };
    }
  }

  function discoveryDocument() {
    return {
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'] },
      ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
      ...provider.metadata,
    };
  }

  async function redeem(form: URLSearchParams): Promise<Answer> {
    const { token } = provider;
    if ('status' in token) return token;
    const code = form.get('code') ?? '';
    const login = begun.get(code);
    begun.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (login?.challenge !== challenge) return { status: 400, body: { error: 'invalid_grant' } };
    const idToken = await makeToken(token, login.nonce);
    provider.issued.push(idToken);
    const tokens = { access_token: accessToken, refresh_token: refreshToken, id_token: idToken };
    return { status: 200, body: { ...tokens, token_type: 'Bearer', expires_in: 3600 } };
  }

  async function makeToken({ claims, header, key, instead }: TokenRecipe, nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: issuer, aud: clientId, sub: 'ada', iat: now, exp: now + 300, nonce, ...claims };
    const good = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: 'ours', ...header })
      .sign(key ?? privateKey);
    return instead?.(good) ?? good;
  }

  const clientId = 'bff-at-the-provider';
  const provider: ScriptedProvider = {
    ...{ issuer, clientId, clientSecret: 'canary-client-secret-of-the-provider' },
    signIn(location) {
      const { origin, pathname, searchParams } = new URL(location);
      assert.equal(origin + pathname, `${issuer}/authorize`);
      const asked = (name: string) => {
        const value = searchParams.get(name);
        assert(value, `The BFF asked without ${name}.`);
        return value;
      };
      assert.deepEqual([asked('response_type'), asked('code_challenge_method')], ['code', 'S256']);
      const code = `canary-code-${provider.issued.length}-of-the-provider`;
      provider.issued.push(code);
      begun.set(code, { nonce: asked('nonce'), challenge: asked('code_challenge') });
      const state = asked('state');
      return { code, state, query: `?${new URLSearchParams({ code, state })}` };
    },
    ...{ redeemed: [], issued: [accessToken, refreshToken] },
    ...{ token: {}, userinfo: {}, userinfoStatus: 200, metadata: {}, discoveries: 0, outage: undefined },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}
