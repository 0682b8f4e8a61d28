import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { Agent } from 'undici';
import { createBoundedFetch } from '../../../server/network/bounded-exchange.ts';
import { Secret } from '../../../server/secret.ts';
import { createIdentityProvider } from '../../../server/sessions/identity-provider.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../support/sign-in/scripted-provider.ts';

const checks = { state: 's'.repeat(43), nonce: 'n'.repeat(43), codeVerifier: 'v'.repeat(43) };

/** Ours, by a clock that the test moves. */
function identityProviderAt(
  { issuer, clientId, clientSecret }: Pick<ScriptedProvider, 'issuer' | 'clientId' | 'clientSecret'>,
  timeoutMs = 5_000,
) {
  const dispatcher = new Agent();
  let now = 0;
  const provider = createIdentityProvider({
    ...{ issuer, clientId, clientSecret: new Secret(clientSecret), clientSecretFile: undefined },
    ...{ scopes: 'openid', claimGrants: [], redirectUri: 'https://bff.example.com/auth/callback' },
    ...{ fetch: createBoundedFetch(dispatcher), timeoutMs, clock: () => now },
    log: { loginSecretReplaced: assert.fail, loginSecretUnreadable: assert.fail },
  });
  return {
    provider,
    pass(seconds: number) {
      now += seconds;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

describe('what the BFF knows of the identity provider', () => {
  it('is good for an hour, and then asked for anew', async () => {
    await using scripted = await startScriptedProvider();
    await using at = identityProviderAt(scripted);
    await at.provider.authorizationUrl(checks);
    at.pass(3_599);
    await at.provider.authorizationUrl(checks);
    assert.equal(scripted.discoveries, 1);
    scripted.metadata.authorization_endpoint = `${scripted.issuer}/elsewhere`;
    at.pass(1);
    assert(new URL(await at.provider.authorizationUrl(checks)).pathname === '/elsewhere');
    assert.equal(scripted.discoveries, 2);
  });

  it('is not kept where it could not be had', async () => {
    await using scripted = await startScriptedProvider();
    await using at = identityProviderAt(scripted);
    scripted.outage = 500;
    await assert.rejects(at.provider.authorizationUrl(checks), { code: 'LOGIN_UNAVAILABLE' });
    scripted.outage = undefined;
    assert(await at.provider.authorizationUrl(checks));
  });

  it('cannot be had from an answer that cannot be read, which is told as such', async () => {
    await using scripted = await startScriptedProvider();
    await using at = identityProviderAt(scripted);
    scripted.metadata.padding = 'x'.repeat(64 * 1024);
    await assert.rejects(at.provider.authorizationUrl(checks), {
      code: 'LOGIN_UNAVAILABLE',
      message: /sent an answer that the BFF cannot use: it is larger than 64 KB\. Ask .* BFF_OIDC_ISSUER/,
    });
  });

  it('may have changed between the two halves of a login: that is the provider’s fault, not the person’s', async () => {
    await using scripted = await startScriptedProvider();
    await using at = identityProviderAt(scripted);
    const { query } = scripted.signIn(await at.provider.authorizationUrl(checks));
    at.pass(3_600);
    scripted.metadata.issuer = 'https://evil.example';
    await assert.rejects(at.provider.redeem(query, checks), {
      code: 'LOGIN_UNAVAILABLE',
      message: /BFF_OIDC_ISSUER/,
    });
    assert.deepEqual(scripted.redeemed, []);
  });

  it('is waited for no longer than a request may take', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      const issuer = `http://127.0.0.1:${port}`;
      await using at = identityProviderAt({ issuer, clientId: 'bff', clientSecret: 'unused' }, 100);
      await assert.rejects(at.provider.authorizationUrl(checks), {
        code: 'LOGIN_UNAVAILABLE',
        message: /did not answer in time\./,
      });
    } finally {
      silent.close();
    }
  });
});
