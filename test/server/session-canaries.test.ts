import assert from 'node:assert/strict';
import { it } from 'node:test';
import { generateKeyPair } from 'jose';
import { startBffProcess } from '../support/bff/bff-process.ts';
import {
  loginCookies,
  pageHeaders,
  publicOrigin,
  sessionCookie,
  toolOrigin,
} from '../support/bff/session-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { type Recorded, sendAll } from '../support/requests/send-all.ts';
import { findSecrets, type Secrets } from '../support/secrets/secret-search.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/sign-in/scripted-provider.ts';

const registrar = { groups: ['registrars'] };
const address = 'canary-ada@example.edu';

it('cookies, codes, ID tokens and the provider’s secret are in no body and no log line', {
  timeout: 60_000,
}, async () => {
  await using provider = await startScriptedProvider();
  await using partner = await startFaultServer();
  await using bff = await startBffProcess({
    ...partnerVariables({ sandbox: partner }),
    BFF_PUBLIC_URL: publicOrigin,
    BFF_ALLOWED_ORIGINS: toolOrigin,
    BFF_OIDC_ISSUER: provider.issuer,
    BFF_OIDC_CLIENT_ID: provider.clientId,
    BFF_OIDC_CLIENT_SECRET: provider.clientSecret,
    BFF_OIDC_GRANTS: 'groups:registrars=sandbox:*',
  });
  const secrets: Record<string, string> = {
    'the provider’s client secret': provider.clientSecret,
    'an address': address,
  };
  const answers: Recorded[] = [];
  const send = async (path: string, headers: Record<string, string>, method = 'GET') => {
    const [recorded] = await sendAll(bff.url, [{ method, path, headers }]);
    assert(recorded && recorded.status > 0, path.slice(0, 20));
    answers.push(recorded);
    return recorded;
  };
  const cookieIn = ({ answer }: Recorded, name: string) =>
    new RegExp(`${name}=([\\w-]{43});`).exec(answer)?.[1];
  const loginCookieIn = ({ answer }: Recorded) =>
    new RegExp(`${loginCookies}[\\w-]{8}=[\\w-]{43}`).exec(answer)?.[0];

  for (const [how, token] of await tokens(provider)) {
    provider.token = token;
    for (const accept of ['text/html', 'application/json']) {
      const begun = await send('/auth/login', { accept });
      const cookie = loginCookieIn(begun) ?? '';
      const { code, query } = provider.signIn(/^location\n(.*)$/im.exec(begun.answer)?.[1] ?? '');
      secrets[`a login’s cookie (${how})`] = cookie.split('=')[1] ?? '';
      secrets[`a code (${how})`] = code;
      const headers = { accept, cookie };
      const ended = await send(`/auth/callback${query}`, headers);
      await send(`/auth/callback${query}`, headers);
      await send(`/auth/callback${query}&error=${code}&error_description=${code}`, headers);
      const session = cookieIn(ended, sessionCookie);
      assert.equal(session !== undefined, how === 'good');
      if (session === undefined) continue;
      secrets['a session’s cookie'] = session;
      const own = pageHeaders(session);
      delete own.authorization;
      for (const changed of [
        {},
        ...[
          'x-request-id',
          'x-pearsana-client',
          'origin',
          'sec-fetch-site',
          'host',
          'x-confirm-environment',
        ].map((name) => ({ [name]: session })),
        { authorization: `Bearer ${session}` },
        { authorization: session },
      ]) {
        await send('/api/environments/sandbox/ping', { ...own, ...changed });
        await send('/api/environments/sandbox/invitations', { ...own, ...changed }, 'POST');
      }
      for (const path of [
        `/api/environments/${session}/ping`,
        `/${session}`,
        `/auth/login?return=${session}`,
      ])
        await send(path, own);
      await send('/auth/logout', own, 'POST');
      await send('/api/session', own);
    }
  }
  assert.equal(await bff.end(), 0);

  for (const { form } of provider.redeemed) secrets.verifier = form.get('code_verifier') ?? '';
  for (const token of provider.issued) {
    // The beginnings of its parts: who quotes no more has said enough. A header is the same in all of them.
    for (const part of token.split('.').slice(token.includes('.') ? 1 : 0)) {
      if (part.length >= 8) secrets[`${part.slice(0, 30)}… of a token or code`] = part.slice(0, 40);
    }
  }
  const statuses = new Set(answers.map(({ status }) => status));
  for (const status of [200, 204, 303, 400, 401, 403, 404, 503])
    assert(statuses.has(status), `none was ${status}`);
  assertNothingIn('the log', bff.output(), secrets);
  const texts = answers.map(({ answer }) => answer.replace(/^set-cookie\n.*$/gim, ''));
  assertNothingIn('the answers', texts.join('\n'), secrets);
  for (const [path, content] of await bff.files())
    assertNothingIn(path, path + content.toString('latin1'), secrets);
});

async function tokens(provider: ScriptedProvider): Promise<[string, ScriptedProvider['token']][]> {
  const { privateKey } = await generateKeyPair('RS256');
  const claims = { ...registrar, email: address, sub: address };
  return [
    ['good', { claims }],
    ['without a grant', { claims: { email: address, sub: address } }],
    ['forged', { claims, key: privateKey }],
    ['of another audience', { claims: { ...claims, aud: address } }],
    ['of a secret', { claims: { ...claims, nonce: provider.clientSecret, iss: provider.clientSecret } }],
    ['no token', { instead: () => provider.clientSecret }],
    ['refused', { status: 401, body: { error: 'invalid_client', error_description: provider.clientSecret } }],
    [
      'refused with a secret',
      { status: 400, body: { error: provider.clientSecret, error_uri: provider.clientSecret } },
    ],
    ['away', { status: 503, body: { error: provider.clientSecret } }],
  ];
}

function assertNothingIn(place: string, text: string, secrets: Secrets): void {
  assert.deepEqual(findSecrets(secrets, text), [], place);
}
