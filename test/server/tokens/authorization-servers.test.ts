import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { Agent } from 'undici';
import {
  type LocalPearsana,
  startLocalPearsana,
} from '../../../server/local-pearsana/start-local-pearsana.ts';
import { Secret } from '../../../server/secret.ts';
import { createTokenRequest } from '../../../server/tokens/token-request.ts';

const ping = 'pearsana-partner/ping';
const users = 'pearsana-partner/partners.users:write';

// Two authorisation servers that others wrote, so that the tests do not only confirm our own idea of one.
test('a token of', async (t) => {
  const dispatcher = new Agent();
  const requestToken = createTokenRequest({ dispatcher, timeoutMs: 5_000 });
  t.after(() => dispatcher.destroy());
  const mock = new OAuth2Server(undefined, undefined, { endpoints: { token: '/oauth2/token' } });

  await mock.issuer.keys.generate('RS256');
  await mock.start(0, '127.0.0.1');
  t.after(() => mock.stop());
  await using pearsana = await startLocalPearsana({
    enabledScopes: [ping, users],
    tokenLifetimeSeconds: 240,
  });
  const credentials = ({ authUrl, clientId, clientSecret }: LocalPearsana) => ({
    environment: 'sandbox',
    authUrl,
    clientId,
    clientSecret: new Secret(clientSecret),
  });
  const servers = {
    'oauth2-mock-server': credentials({ ...pearsana, authUrl: `http://127.0.0.1:${mock.address().port}` }),
    'the local Pearsana': credentials(pearsana),
  };

  for (const [name, lifetime] of [
    ['oauth2-mock-server', 3600],
    ['the local Pearsana', 240],
  ] as const) {
    await t.test(`${name} carries what was asked for and no more`, async () => {
      const { value, lifetimeSeconds } = await requestToken(servers[name], [ping]);
      assert.equal(decodeJwt(value.reveal()).scope, ping);
      assert.equal(lifetimeSeconds, lifetime);
    });
  }

  await t.test('the local Pearsana is refused for a wrong secret', async () => {
    const wrong = { ...servers['the local Pearsana'], clientSecret: new Secret('wrong') };
    await assert.rejects(requestToken(wrong, [ping]), { code: 'CLIENT_CREDENTIALS_REJECTED' });
  });

  await t.test('the local Pearsana is refused for a scope that is not enabled, by its name', async () => {
    const documents = 'pearsana-partner/partners.documents:write';
    await assert.rejects(requestToken(servers['the local Pearsana'], [documents]), {
      code: 'SCOPE_NOT_ENABLED',
      details: { scopes: [documents] },
    });
  });

  await t.test('oauth2-mock-server is refused when it fails as the standard says', async () => {
    mock.service.once('beforeResponse', (answer) => {
      answer.statusCode = 400;
      answer.body = { error: 'invalid_client' };
    });
    await assert.rejects(requestToken(servers['oauth2-mock-server'], [ping]), {
      code: 'CLIENT_CREDENTIALS_REJECTED',
    });
  });

  await t.test('oauth2-mock-server is refused when it grants less than was asked for', async () => {
    mock.service.once('beforeResponse', (answer) => {
      answer.body = { ...answer.body, scope: ping };
    });
    await assert.rejects(requestToken(servers['oauth2-mock-server'], [ping, users]), {
      code: 'SCOPE_NOT_ENABLED',
      details: { scopes: [users] },
    });
  });
});
