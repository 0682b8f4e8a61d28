import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { documentedScopes } from '../../../server/local-pearsana/scopes.ts';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { postToken, tokenFor } from './call-local-pearsana.ts';

const ping = 'pearsana-partner/ping';
const users = 'pearsana-partner/partners.users:write';
const documents = 'pearsana-partner/partners.documents:write';

test('the token endpoint of the local Pearsana', async (t) => {
  await using pearsana = await startLocalPearsana({
    enabledScopes: [ping, users],
    tokenLifetimeSeconds: 240,
  });

  await t.test('answers with a token and nothing else', async () => {
    const { status, headers, body } = await postToken(pearsana, { scope: `${users} ${ping}` });
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    const { access_token, ...rest } = body;
    assert.equal(typeof access_token, 'string');
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 240, scope: `${users} ${ping}` });
  });

  await t.test('signs JWTs by RS256 that name issuer, audience, client, scopes and lifetime', async () => {
    const token = await tokenFor(pearsana, ping);
    assert.equal(decodeProtectedHeader(token).alg, 'RS256');
    const { iss, aud, client_id, scope, exp = 0, iat = 0 } = decodeJwt(token);
    assert.deepEqual(
      { iss, aud, client_id, scope, lifetime: exp - iat },
      {
        iss: pearsana.authUrl,
        aud: 'pearsana-partner',
        client_id: pearsana.clientId,
        scope: ping,
        lifetime: 240,
      },
    );
  });

  await t.test('grants every enabled scope when none is asked for', async () => {
    const { body } = await postToken(pearsana, {});
    assert.equal(body.scope, `${ping} ${users}`);
  });

  await t.test('takes the credentials in the Authorization header as well', async () => {
    const credentials = Buffer.from(`${pearsana.clientId}:${pearsana.clientSecret}`).toString('base64');
    const { status } = await postToken(
      pearsana,
      { client_id: undefined, client_secret: undefined },
      { Authorization: `Basic ${credentials}` },
    );
    assert.equal(status, 200);
  });

  const refusals = [
    { what: 'a wrong secret', form: { client_secret: 'wrong' }, status: 401, error: 'invalid_client' },
    { what: 'a wrong id', form: { client_id: 'wrong' }, status: 401, error: 'invalid_client' },
    { what: 'no secret', form: { client_secret: undefined }, status: 401, error: 'invalid_client' },
    { what: 'a scope that is not enabled', form: { scope: documents }, status: 400, error: 'invalid_scope' },
    {
      what: 'one such scope among others',
      form: { scope: `${ping} ${documents}` },
      status: 400,
      error: 'invalid_scope',
    },
    {
      what: 'an unknown scope',
      form: { scope: 'pearsana-partner/pong' },
      status: 400,
      error: 'invalid_scope',
    },
    { what: 'a scope of OpenID Connect', form: { scope: 'openid' }, status: 400, error: 'invalid_scope' },
    { what: 'a malformed scope', form: { scope: `${ping}  ${users}` }, status: 400, error: 'invalid_scope' },
    { what: 'no grant type', form: { grant_type: undefined }, status: 400, error: 'invalid_request' },
    {
      what: 'another grant type',
      form: { grant_type: 'refresh_token' },
      status: 400,
      error: 'unsupported_grant_type',
    },
    { what: 'another resource', form: { resource: 'urn:other' }, status: 400, error: 'invalid_target' },
  ];
  for (const { what, form, status, error } of refusals) {
    await t.test(`refuses ${what} with ${status} ${error}`, async () => {
      const reply = await postToken(pearsana, form);
      assert.equal(reply.status, status);
      assert.equal(reply.body.error, error);
      assert(!('access_token' in reply.body));
    });
  }

  for (const path of ['/auth', '/jwks', '/me', '/.well-known/openid-configuration', '/oauth2/token']) {
    await t.test(`offers nothing by GET at ${path}`, async () => {
      const response = await fetch(`${pearsana.authUrl}${path}`);
      await response.text();
      assert.equal(response.status, 404);
    });
  }
});

describe('the defaults of the local Pearsana', () => {
  it('are all documented scopes, an hour, and a secret of its own for each start', async () => {
    await using one = await startLocalPearsana();
    await using other = await startLocalPearsana();
    const { body } = await postToken(one, {});
    assert.equal(body.scope, documentedScopes.join(' '));
    assert.equal(documentedScopes.length, 8);
    assert.equal(body.expires_in, 3600);
    assert.notEqual(one.clientSecret, other.clientSecret);
  });
});
