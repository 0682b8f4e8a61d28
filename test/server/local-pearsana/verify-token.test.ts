import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JWTPayload, SignJWT } from 'jose';
import { createSigningKeys } from '../../../server/local-pearsana/authorization-server.ts';
import { createTokenVerifier } from '../../../server/local-pearsana/verify-token.ts';

const issuer = 'http://127.0.0.1:1';
const header = { alg: 'RS256', typ: 'at+jwt' };
const claims = {
  iss: issuer,
  aud: 'pearsana-partner',
  client_id: 'client',
  scope: 'a b',
  exp: 4_102_444_800,
};

// The local authorisation server never signs any of these, so they are signed here with its kind of key.
describe('the token verifier of the local Pearsana', async () => {
  const { publicKey, privateKey } = await createSigningKeys();
  const verifyToken = createTokenVerifier(issuer, publicKey);
  const verify = async (payload: JWTPayload, protectedHeader = header) =>
    verifyToken(`Bearer ${await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(privateKey)}`);

  it('tells client and scopes', async () => {
    assert.deepEqual(await verify(claims), { clientId: 'client', scopes: ['a', 'b'] });
  });

  it('reads a token without scopes', async () => {
    const { scope, ...others } = claims;
    assert.deepEqual(await verify(others), { clientId: 'client', scopes: [] });
  });

  for (const [what, payload, protectedHeader] of [
    ['issuer', { ...claims, iss: 'http://127.0.0.1:2' }, header],
    ['audience', { ...claims, aud: 'another' }, header],
    ['type', claims, { ...header, typ: 'JWT' }],
    ['lifetime', { ...claims, exp: 1 }, header],
  ] as const) {
    it(`does not accept another ${what}`, async () => {
      assert.equal(await verify(payload, protectedHeader), undefined);
    });
  }
});
