import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { base64Url, createProof } from '../../../extension/src/authentication/pkce.ts';

it('a proof’s challenge is the S256 of its verifier, and nothing comes twice', async () => {
  const proofs = await Promise.all(Array.from({ length: 50 }, createProof));
  for (const { state, verifier, challenge } of proofs) {
    assert.equal(challenge, createHash('sha256').update(verifier).digest('base64url'));
    for (const text of [state, verifier, challenge]) assert.match(text, /^[\w-]{43}$/);
  }
  assert.equal(new Set(proofs.flatMap(({ state, verifier }) => [state, verifier])).size, 100);
});

it('the example of RFC 7636 comes out as there', () => {
  const digest = createHash('sha256').update('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk').digest();
  assert.equal(base64Url(digest), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
});
