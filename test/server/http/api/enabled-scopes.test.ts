import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { freePort } from '../../../../scripts/free-port.ts';
import { documentedScopes } from '../../../../server/local-pearsana/scopes.ts';
import { startLocalPearsana } from '../../../../server/local-pearsana/start-local-pearsana.ts';
import { createClient } from '../../../../shared/client.ts';
import { ClientError } from '../../../../shared/client-error.ts';
import { environmentsAnswer } from '../../../../shared/environments.ts';
import { failureIn, startBffWith, startTestBff } from '../../../support/bff/test-bff.ts';
import { startRecordingProxy } from '../../../support/network/recording-proxy.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const path = '/api/environments/sandbox/scopes';
const enabledScopes: readonly string[] = [documentedScopes[0], documentedScopes[5], documentedScopes[7]];

test('the scopes of an environment', async (t) => {
  await using bff = await startTestBff({ pearsana: { enabledScopes } });

  await t.test(
    'are told for each of the eight, through the typed client, without a call to Pearsana’s API',
    async () => {
      const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
      const { environment, requestId, partner, result } = await client.scopes({
        environment: 'sandbox',
        requestId: 'mine',
      });
      assert.deepEqual([environment, requestId, partner], ['sandbox', 'mine', null]);
      assert.deepEqual(
        result.scopes.map(({ scope, enabled }) => [scope, enabled]),
        documentedScopes.map((scope) => [scope, enabledScopes.includes(scope)]),
      );
      assert.deepEqual(bff.pearsana.arrivals, []);
    },
  );

  await t.test('leave the tokens alone that calls use', async () => {
    const tokens = async () =>
      environmentsAnswer.parse((await bff.call('/api/environments')).body).environments[0]?.tokens;
    assert.deepEqual(await tokens(), []);
    assert.equal((await bff.call('/api/environments/sandbox/ping')).status, 200);
    const [ping] = (await tokens()) ?? [];
    assert.equal((await bff.call(path)).status, 200);
    assert.deepEqual(
      (await tokens())?.map(({ scopes }) => scopes),
      [ping?.scopes],
    );
    assert.deepEqual(ping?.scopes, ['pearsana-partner/ping']);
  });
});

describe('a token that was asked for to find out a scope', () => {
  it('is never sent to Pearsana, and no call is spared a token of its own by it', async () => {
    await using pearsana = await startLocalPearsana();
    await using auth = await startRecordingProxy(pearsana.authUrl);
    await using api = await startRecordingProxy(pearsana.apiUrl);
    await using bff = await startBffWith({ sandbox: { ...pearsana, authUrl: auth.url, apiUrl: api.url } });
    await bff.call('/api/environments/sandbox/ping');
    await bff.call(path);
    await bff.call('/api/environments/sandbox/ping');
    const tokens = auth.exchanges.map(({ answer }): string => JSON.parse(answer).access_token);
    assert.equal(tokens.length, 1 + 8);
    const sent = api.exchanges.map(({ headers }) => headers.authorization);
    assert.deepEqual(sent, [`Bearer ${tokens[0]}`, `Bearer ${tokens[0]}`]);
  });
});

describe('scopes that cannot be told', () => {
  it('are null where the authorisation server is away, and the call says so and succeeds', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await using bff = await startBffWith({ sandbox: { authUrl: nobody, apiUrl: nobody } });
    const { result } = await createClient({ baseUrl: bff.url, accessKey: bff.accessKey }).scopes({
      environment: 'sandbox',
    });
    assert.deepEqual(
      new Set(result.scopes.map(({ enabled, error }) => `${enabled} ${error?.code}`)),
      new Set(['null AUTH_UNREACHABLE']),
    );
  });

  it('fail the call where the secret is wrong, until the file that holds it is mended', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'client-secret');
    await writeFile(file, 'a-wrong-secret');
    await using pearsana = await startLocalPearsana();
    await using bff = await startBffWith({ sandbox: { ...pearsana, clientSecretFile: file } });
    const answer = await bff.call(path);
    const { code, source, outcome, message } = failureIn(answer);
    assert.deepEqual(
      [answer.status, code, source, outcome],
      [502, 'CLIENT_CREDENTIALS_REJECTED', 'auth', undefined],
    );
    assert.match(message, /sandbox .*rejected the BFF’s client id or secret/);
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    await assert.rejects(client.scopes({ environment: 'sandbox' }), ClientError);
    await writeFile(file, pearsana.clientSecret);
    const mended = await client.scopes({ environment: 'sandbox' });
    assert(mended.result.scopes.every(({ enabled }) => enabled === true));
  });
});
