import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { sessionAnswer } from '../../../../shared/environments.ts';
import { windowKeyAnswer } from '../../../../shared/sign-in.ts';
import {
  comeBack,
  loginCookieIn,
  pageHeaders,
  publicOrigin,
  signIn,
  startSessionBff,
} from '../../../support/bff/session-bff.ts';
import { failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { uncalledPartner } from '../../../support/partner/partner-variables.ts';
import { findSecrets } from '../../../support/secrets/secret-search.ts';
import { startScriptedProvider } from '../../../support/sign-in/scripted-provider.ts';
import { cookieOf, newWindow, returnUri, windowOf } from '../../../support/sign-in/window.ts';

const partners = { sandbox: uncalledPartner };
const workbench = 'https://x.vscode-cdn.net';

test('signing a window of VS Code in', async (t) => {
  await using provider = await startScriptedProvider();
  provider.token = { claims: { groups: ['registrars'] } };
  await using bff = await startSessionBff(provider, partners, { BFF_VSCODE_KEY_HOURS: '2' });
  const { look, wordIn, decide, redeem, withKey, allowed } = windowOf(bff, provider);

  await t.test(
    'gives a key with the person’s grants and a limited life, which works until it is given back',
    async () => {
      const { code, verifier } = await allowed();
      const answer = await redeem({ code, verifier });
      assert.equal(answer.status, 200, answer.text);
      const { accessKey, caller, expiresAt } = windowKeyAnswer.parse(answer.body);
      assert.equal(caller.id, 'user:ada');
      const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
      assert(hours > 1.9 && hours <= 2, String(hours));

      const session = sessionAnswer.parse((await withKey(accessKey, '/api/session')).body);
      assert.deepEqual(session.caller, { id: 'user:ada', kind: 'access-key' });
      assert.deepEqual(session.grants, ['sandbox:*']);

      assert.equal((await withKey(accessKey, '/auth/vscode/revoke', 'POST')).status, 200);
      assert.equal((await withKey(accessKey, '/api/session')).status, 401);
      assert.equal((await withKey(accessKey, '/auth/vscode/revoke', 'POST')).status, 401);
    },
  );

  await t.test('sends the browser back with a code and the window’s state, and nothing else', async () => {
    const session = await signIn(bff, provider);
    const { state, link } = newWindow();
    const answer = await decide({ word: wordIn(await look(link, session)), answer: 'allow' }, session);
    const location = answer.headers.get('location') ?? '';
    assert.match(location, new RegExp(`^${returnUri.replace('?', '\\?')}&code=[\\w-]{43}&state=${state}$`));
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  await t.test('gives nothing for a code once who allowed it has signed out', async () => {
    const { code, verifier, session } = await allowed();
    const out = { method: 'POST', headers: { ...pageHeaders(session), origin: publicOrigin } };
    assert.equal((await bff.call('/auth/logout', out)).status, 204);
    assert.equal(failureIn(await redeem({ code, verifier })).code, 'LOGIN_FAILED');
  });

  await t.test('says no to the window where the person does', async () => {
    const session = await signIn(bff, provider);
    const { state, link } = newWindow();
    const answer = await decide({ word: wordIn(await look(link, session)), answer: 'deny' }, session);
    assert.equal(answer.headers.get('location'), `${returnUri}&error=access_denied&state=${state}`);
  });

  await t.test(
    'shows who one is, what VS Code will get and for how long, on a page that loads and runs nothing',
    async () => {
      const session = await signIn(bff, provider);
      const { headers, text } = await look(newWindow().link, session);
      for (const words of [
        'user:ada',
        'everything in <code>sandbox</code>',
        '2 hours',
        'an editor on this computer (vscode)',
      ]) {
        assert(text.includes(words), words);
      }
      const policy = headers.get('content-security-policy') ?? '';
      const [, hash] = /style-src 'sha256-([^']+)'/.exec(policy) ?? [];
      const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
      assert.equal(hash, createHash('sha256').update(style).digest('base64'));
      assert.equal(
        policy.replace(String(hash), '…'),
        `default-src 'none'; style-src 'sha256-…'; form-action 'self' vscode:; base-uri 'none'; frame-ancestors 'none'`,
      );
      assert.equal(headers.get('x-frame-options'), 'DENY');
      // With none at all, the form's answer would come from “null”.
      assert.equal(headers.get('referrer-policy'), 'same-origin');
      assert.doesNotMatch(text, /<script|style=|\son\w+=/);
    },
  );

  await t.test('sends who is not signed in to the provider, and back to the very same question', async () => {
    const { link } = newWindow();
    const asked = await bff.call(link, { headers: { authorization: '' } });
    assert.equal(asked.status, 303);
    const location = asked.headers.get('location') ?? '';
    assert(location.startsWith(`${provider.issuer}/authorize`));
    assert(!location.includes('vscode'), 'the provider learns nothing of it');
    const cookie = loginCookieIn(asked);
    const back = await comeBack(bff, provider.signIn(location).query, cookie);
    const onTo = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(back.text)?.[1] ?? '';
    assert.equal(onTo.replaceAll('&#38;', '&'), publicOrigin + link);
  });

  for (const [what, changed] of Object.entries({
    'another site': { redirect_uri: 'https://evil.example/callback' },
    'a scheme that is not listed': { redirect_uri: 'cursor://pearsana-tools.pearsana-partner/signed-in' },
    'no address to go back to': { redirect_uri: '' },
    'another extension': { redirect_uri: 'vscode://evil.extension/signed-in' },
    'no challenge': { challenge: '' },
    'a plain verifier as challenge': { challenge: 'v'.repeat(64) },
    'a short state': { state: 'x' },
    'a state with markup': { state: `<script>${'x'.repeat(30)}</script>` },
  })) {
    await t.test(`refuses a link with ${what}, before anybody signs in`, async () => {
      for (const session of ['', await signIn(bff, provider)]) {
        const answer = await look(newWindow(changed).link, session);
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.get('location'), null);
        assert.doesNotMatch(answer.text, /evil|<script/);
      }
    });
  }

  await t.test('refuses a link that says a thing twice', async () => {
    const { link } = newWindow();
    for (const more of ['redirect_uri=x', 'state=x', 'challenge=x']) {
      assert.equal((await look(`${link}&${more}`, '')).status, 400, more);
    }
  });

  await t.test('takes an answer from its own page alone, once, and from who saw it', async () => {
    const session = await signIn(bff, provider);
    const word = wordIn(await look(newWindow().link, session));
    const form = { word, answer: 'allow' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: `${publicOrigin}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': '' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'multipart/form-data; boundary=x' },
    ]) {
      const answer = await decide(form, session, headers);
      assert.deepEqual([answer.status, failureIn(answer).code], [403, 'FORBIDDEN'], JSON.stringify(headers));
    }
    for (const wrong of [{ answer: 'allow' }, { word: 'x', answer: 'allow' }]) {
      assert.equal((await decide(wrong, session)).status, 400);
    }
    assert.equal((await decide(form, '')).status, 400);
    provider.token = { claims: { sub: 'eve', groups: ['guests'] } };
    const eve = await signIn(bff, provider);
    provider.token = { claims: { groups: ['registrars'] } };
    assert.equal((await decide(form, eve)).status, 400);
    assert.equal((await decide(form, session)).status, 303);
    assert.equal((await decide(form, session)).status, 400);
  });

  await t.test('gives no key for a code used twice, a wrong verifier, or nothing at all', async () => {
    const first = await allowed();
    assert.equal((await redeem({ code: first.code, verifier: first.verifier })).status, 200);
    const other = await allowed();
    const wrong = await redeem({ code: other.code, verifier: first.verifier });
    for (const answer of [
      await redeem({ code: first.code, verifier: first.verifier }),
      wrong,
      // Burnt by the wrong one.
      await redeem({ code: other.code, verifier: other.verifier }),
      await redeem({ code: 'x'.repeat(43), verifier: first.verifier }),
      await redeem({}),
      await redeem([]),
    ]) {
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [400, 'LOGIN_FAILED']);
      assert.doesNotMatch(message, /xxx/);
    }
  });

  await t.test('lets listed workbenches redeem, and other pages not even ask', async () => {
    const { code, verifier } = await allowed();
    const preflight = (origin: string) =>
      bff.call('/auth/vscode/token', {
        method: 'OPTIONS',
        headers: {
          ...{ authorization: '', origin, 'access-control-request-method': 'POST' },
          'access-control-request-headers': 'content-type,x-request-id',
        },
      });
    assert.equal((await preflight('https://evil.example')).status, 403);
    const asked = await preflight(workbench);
    assert.deepEqual([asked.status, asked.headers.get('access-control-allow-origin')], [204, workbench]);
    const answer = await redeem({ code, verifier }, { origin: workbench });
    assert.equal(answer.headers.get('access-control-allow-origin'), workbench);
    assert.equal(answer.headers.get('access-control-allow-credentials'), null);
    assert.equal(answer.status, 200);
  });

  await t.test('takes back no key that was not given this way, and none without the key itself', async () => {
    const own = await withKey(bff.accessKey, '/auth/vscode/revoke', 'POST');
    assert.deepEqual([own.status, failureIn(own).code], [403, 'FORBIDDEN']);
    const session = await signIn(bff, provider);
    const byCookie = await bff.call('/auth/vscode/revoke', { method: 'POST', headers: cookieOf(session) });
    assert.equal(byCookie.status, 403);
  });

  await t.test('says to anybody how one can sign in', async () => {
    const answer = await bff.call('/auth/methods', { headers: { authorization: '', origin: workbench } });
    assert.deepEqual((answer.body as { methods: string[] }).methods, ['access-key', 'browser']);
    assert.equal(answer.headers.get('access-control-allow-origin'), workbench);
  });

  await t.test('limits an address that tries codes', async () => {
    const statuses = new Set<number>();
    for (let count = 0; count < 260 && !statuses.has(429); count += 1) {
      statuses.add(
        (await redeem({ code: randomBytes(32).toString('base64url'), verifier: 'v'.repeat(43) })).status,
      );
    }
    assert.deepEqual([...statuses], [400, 429]);
  });

  await t.test('limits an address that asks for the ways to sign in, apart from codes', async () => {
    await using fresh = await startSessionBff(provider, partners);
    const ask = async () => (await fresh.call('/auth/methods', { headers: { authorization: '' } })).status;
    const statuses: number[] = [];
    for (let count = 0; count < 241; count += 1) statuses.push(await ask());
    assert.deepEqual(statuses.slice(239), [200, 429]);
    // A page can make browsers ask: nobody is kept from redeeming a code by that.
    const code = await windowOf(fresh, provider).redeem({ code: 'a', verifier: 'b' });
    assert.deepEqual([code.status, failureIn(code).code], [400, 'LOGIN_FAILED']);
  });

  await t.test('leaves no key, code, verifier, word or state in the log', async () => {
    await using quiet = await startSessionBff(provider, partners);
    const { redeem, allowed } = windowOf(quiet, provider);
    const { code, verifier, state } = await allowed();
    const { accessKey } = windowKeyAnswer.parse((await redeem({ code, verifier })).body);
    await redeem({ code, verifier });
    const found = findSecrets({ code, verifier, state, accessKey }, quiet.logLines.join('\n'));
    assert.deepEqual(found, []);
    assert(quiet.logLines.some((line) => line.includes('"caller":"user:ada"')));
  });
});

describe('signing a window in where nobody signs in in a browser', () => {
  it('is answered in words', async () => {
    await using bff = await startBffWith(partners);
    const methods = await bff.call('/auth/methods', { headers: { authorization: '' } });
    assert.deepEqual((methods.body as { methods: string[] }).methods, ['access-key']);
    const page = await bff.call(newWindow().link, { headers: { authorization: '', accept: 'text/html' } });
    assert.equal(page.status, 404);
    assert.match(page.text, /not set up on this BFF\. In VS Code, sign in with an access key/);
  });
});
