import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { base64url, generateKeyPair } from 'jose';
import { sessionAnswer } from '../../../shared/environments.ts';
import {
  beginLogin,
  comeBack,
  cookieSetIn,
  loginCookieIn,
  loginCookies,
  pageHeaders,
  publicOrigin,
  sessionCookie,
  signIn,
  startSessionBff,
  toolPage,
} from '../../support/bff/session-bff.ts';
import { type Answer, failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { uncalledPartner } from '../../support/partner/partner-variables.ts';
import {
  type ScriptedProvider,
  startScriptedProvider,
  type TokenRecipe,
} from '../../support/sign-in/scripted-provider.ts';

const registrar = { claims: { groups: ['registrars'] } };

test('a login', async (t) => {
  await using provider = await startScriptedProvider();
  await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });

  t.beforeEach(() => {
    Object.assign(provider, { token: registrar, userinfo: {}, metadata: {} });
  });

  const asSession = (session: string) => bff.call('/api/session', { headers: pageHeaders(session) });
  const login = async (recipe: TokenRecipe) => {
    provider.token = recipe;
    const { location, cookie } = await beginLogin(bff);
    return comeBack(bff, provider.signIn(location).query, cookie);
  };
  function assertRefused(answer: Answer, code: string, status: number, words: RegExp): void {
    const failure = failureIn(answer);
    assert.deepEqual([answer.status, failure.code], [status, code], failure.message);
    assert.match(failure.message, words);
    assert.equal(cookieSetIn(answer, sessionCookie), undefined);
  }

  await t.test('asks for a code, by redirect address, state, nonce and challenge of its own', async () => {
    const [one, other] = [await beginLogin(bff), await beginLogin(bff)];
    const asked = [one, other].map(({ location }) => Object.fromEntries(new URL(location).searchParams));
    assert.deepEqual(Object.keys(asked[0] ?? {}).sort(), [
      ...['client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'redirect_uri'],
      ...['response_type', 'scope', 'state'],
    ]);
    assert.equal(asked[0]?.redirect_uri, `${publicOrigin}/auth/callback`);
    assert.equal(asked[0]?.scope, 'openid profile email');
    for (const name of ['state', 'nonce', 'code_challenge'])
      assert.notEqual(asked[0]?.[name], asked[1]?.[name], name);
    assert.notEqual(one.cookie, other.cookie);
  });

  await t.test('takes its redirect address from nothing in the request', async () => {
    const answer = await bff.call('/auth/login', {
      headers: {
        ...{ authorization: '', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
        ...{ forwarded: 'host=evil.example', host: 'localhost' },
      },
    });
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    assert.equal(searchParams.get('redirect_uri'), `${publicOrigin}/auth/callback`);
  });

  await t.test('ends in a session: a page that leads back, and a cookie', async () => {
    const { location, cookie } = await beginLogin(bff, `?return=${encodeURIComponent(toolPage)}`);
    const answer = await comeBack(bff, provider.signIn(location).query, cookie);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(answer.text, new RegExp(`<meta http-equiv="refresh" content="0; url=${toolPage}">`));
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const session = await asSession(cookieSetIn(answer, sessionCookie) ?? '');
    assert.equal(session.status, 200);
    assert.deepEqual(session.body, {
      requestId: session.headers.get('x-request-id'),
      caller: { id: 'user:ada', kind: 'session' },
      grants: ['sandbox:*'],
      time: sessionAnswer.parse(session.body).time,
    });
  });

  await t.test('sets cookies that no script, no neighbour and no plain connection can read', async () => {
    const begun = await bff.call('/auth/login', { headers: { authorization: '' } });
    const { query } = provider.signIn(begun.headers.get('location') ?? '');
    const ended = await comeBack(bff, query, loginCookieIn(begun));
    const shapes = [begun, ended].map(({ headers }) =>
      headers
        .getSetCookie()
        .map((line) => line.replace(/=[\w-]{43}(?=;)/, '=(256 bits)').replace(/(?<=login-)[\w-]{8}/, '…')),
    );
    assert.deepEqual(shapes, [
      [`${loginCookies}…=(256 bits); Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`],
      [
        `${loginCookies}…=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
        `${sessionCookie}=(256 bits); Path=/; HttpOnly; Secure; SameSite=Strict`,
      ],
    ]);
  });

  await t.test(
    'gives another session each time, and ends the one before it in the same browser',
    async () => {
      const first = await signIn(bff, provider);
      const { location, cookie } = await beginLogin(bff);
      const answer = await bff.call(`/auth/callback${provider.signIn(location).query}`, {
        headers: { authorization: '', cookie: `${sessionCookie}=${first}; ${cookie}` },
      });
      const second = cookieSetIn(answer, sessionCookie) ?? '';
      assert.notEqual(second, first);
      assert.deepEqual([(await asSession(first)).status, (await asSession(second)).status], [401, 200]);
    },
  );

  await t.test('does not take over a session that somebody planted', async () => {
    const planted = 'p'.repeat(43);
    const { location, cookie } = await beginLogin(bff);
    const answer = await bff.call(`/auth/callback${provider.signIn(location).query}`, {
      headers: { authorization: '', cookie: `${sessionCookie}=${planted}; ${cookie}` },
    });
    assert.equal(answer.status, 200);
    assert.notEqual(cookieSetIn(answer, sessionCookie), planted);
    assert.equal((await asSession(planted)).status, 401);
  });

  await t.test('comes back', async (t) => {
    const notBegun = /^This sign-in did not begin in this browser/;
    const redeemed = () => provider.redeemed.length;
    let before = 0;
    t.beforeEach(() => {
      before = redeemed();
    });

    await t.test('only with its cookie', async () => {
      const { location, cookie } = await beginLogin(bff);
      const { query } = provider.signIn(location);
      assertRefused(await comeBack(bff, query, ''), 'LOGIN_FAILED', 400, notBegun);
      assertRefused(
        await comeBack(bff, query, `${cookie.split('=')[0]}=${'x'.repeat(43)}`),
        'LOGIN_FAILED',
        400,
        notBegun,
      );
      assert.equal(redeemed(), before);
    });

    await t.test('only in the browser that began it', async () => {
      const [victim, attacker] = [await beginLogin(bff), await beginLogin(bff)];
      // The attacker signs in and hands the way back to the victim, who has begun a login of their own.
      const { query } = provider.signIn(attacker.location);
      assertRefused(await comeBack(bff, query, victim.cookie), 'LOGIN_FAILED', 400, notBegun);
      assert.equal(redeemed(), before);
      // The victim's own login is none the worse for it.
      const own = await comeBack(bff, provider.signIn(victim.location).query, victim.cookie);
      assert.equal(own.status, 200);
    });

    for (const [what, change] of [
      ['without a state', (query: URLSearchParams) => query.delete('state')],
      ['with an empty state', (query: URLSearchParams) => query.set('state', '')],
      ['with another state', (query: URLSearchParams) => query.set('state', 'x'.repeat(43))],
    ] as const) {
      await t.test(`not ${what}`, async () => {
        const { location, cookie } = await beginLogin(bff);
        const query = new URLSearchParams(provider.signIn(location).query);
        change(query);
        assertRefused(await comeBack(bff, `?${query}`, cookie), 'LOGIN_FAILED', 400, notBegun);
        assert.equal(redeemed(), before);
      });
    }

    await t.test('not with its state twice', async () => {
      const { location, cookie } = await beginLogin(bff);
      const { query, state } = provider.signIn(location);
      const answer = await comeBack(bff, `${query}&state=${state}`, cookie);
      assertRefused(answer, 'LOGIN_FAILED', 400, /cannot be trusted \(OAUTH_INVALID_RESPONSE\)/);
      assert.equal(redeemed(), before);
    });

    await t.test('once: the same way back is refused afterwards, whatever came of it', async () => {
      const { location, cookie } = await beginLogin(bff);
      const { query } = provider.signIn(location);
      assert.equal((await comeBack(bff, query, cookie)).status, 200);
      assertRefused(await comeBack(bff, query, cookie), 'LOGIN_FAILED', 400, notBegun);

      provider.token = { claims: { aud: 'another' } };
      const second = await beginLogin(bff);
      const back = provider.signIn(second.location).query;
      assert.equal((await comeBack(bff, back, second.cookie)).status, 400);
      provider.token = registrar;
      assertRefused(await comeBack(bff, back, second.cookie), 'LOGIN_FAILED', 400, notBegun);
    });

    await t.test('with a code that was used: the provider says no', async () => {
      const first = await beginLogin(bff);
      const { code, query } = provider.signIn(first.location);
      assert.equal((await comeBack(bff, query, first.cookie)).status, 200);
      const second = await beginLogin(bff);
      const { state } = provider.signIn(second.location);
      const answer = await comeBack(bff, `?code=${code}&state=${state}`, second.cookie);
      assertRefused(answer, 'LOGIN_FAILED', 400, /did not accept the code/);
    });

    await t.test('with the code of another login: PKCE says no', async () => {
      const [victim, attacker] = [await beginLogin(bff), await beginLogin(bff)];
      const stolen = provider.signIn(victim.location).code;
      const { state } = provider.signIn(attacker.location);
      const answer = await comeBack(bff, `?code=${stolen}&state=${state}`, attacker.cookie);
      assertRefused(answer, 'LOGIN_FAILED', 400, /did not accept the code/);
    });

    await t.test('with a refusal of the provider’s, of which nothing is shown', async () => {
      for (const { error, status, code, words } of [
        {
          error: 'access_denied',
          status: 400,
          code: 'LOGIN_FAILED',
          words: /did not let you in, or you cancelled/,
        },
        { error: 'invalid_scope', status: 400, code: 'LOGIN_FAILED', words: /refused the sign-in/ },
        { error: '<script>', status: 400, code: 'LOGIN_FAILED', words: /refused the sign-in/ },
        {
          error: 'temporarily_unavailable',
          status: 503,
          code: 'LOGIN_UNAVAILABLE',
          words: /cannot sign anybody in/,
        },
      ] as const) {
        const { location, cookie } = await beginLogin(bff);
        const { state } = provider.signIn(location);
        const query = new URLSearchParams({
          error,
          state,
          error_description: '<img src=x>',
          error_uri: 'https://evil.example',
        });
        const answer = await comeBack(bff, `?${query}`, cookie, 'text/html');
        assert.equal(answer.status, status);
        assert.match(answer.text, words);
        assert.match(answer.text, new RegExp(code));
        assert.doesNotMatch(answer.text, /<script|<img|evil\.example/);
      }
    });
  });

  const encoded = (value: object) => base64url.encode(JSON.stringify(value));
  const parts = (token: string) => token.split('.') as [string, string, string];
  const past = Math.floor(Date.now() / 1_000) - 3_600;
  const forgeries: [what: string, recipe: () => TokenRecipe | Promise<TokenRecipe>][] = [
    ['signed by another key', async () => ({ key: (await generateKeyPair('RS256')).privateKey })],
    [
      'signed by a key of another name',
      async () => ({ header: { kid: 'theirs' }, key: (await generateKeyPair('RS256')).privateKey }),
    ],
    [
      'with a signature of something else',
      () => ({ instead: (good) => [parts(good)[0], encoded({ sub: 'ada' }), parts(good)[2]].join('.') }),
    ],
    [
      'changed after it was signed',
      () => ({ instead: (good) => changedIn(good, { groups: ['registrars', 'admins'] }) }),
    ],
    ['without a signature', () => ({ instead: (good) => `${parts(good)[0]}.${parts(good)[1]}.` })],
    ['with alg none', () => ({ instead: (good) => `${encoded({ alg: 'none' })}.${parts(good)[1]}.` })],
    [
      'with alg None and the old signature',
      () => ({ instead: (good) => `${encoded({ alg: 'None' })}.${parts(good)[1]}.${parts(good)[2]}` }),
    ],
    [
      'with HS256 and the client secret',
      () => ({ header: { alg: 'HS256' }, key: new TextEncoder().encode(provider.clientSecret) }),
    ],
    ['expired', () => ({ claims: { iat: past, exp: past + 300 } })],
    ['not valid yet', () => ({ claims: { nbf: past + 7_200 } })],
    ['without an end', () => ({ claims: { exp: undefined } })],
    ['for another audience', () => ({ claims: { aud: 'another' } })],
    [
      'for two audiences, on behalf of the other',
      () => ({ claims: { aud: ['another', 'bff-at-the-provider'], azp: 'another' } }),
    ],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    [
      'of another issuer that begins like ours',
      () => ({ claims: { iss: `${provider.issuer}.evil.example` } }),
    ],
    ['with another nonce', () => ({ claims: { nonce: 'another' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['without a subject', () => ({ claims: { sub: undefined } })],
    ['that is no token', () => ({ instead: () => 'no.token.atall' })],
  ];
  function changedIn(token: string, change: object): string {
    const [header, payload, signature] = parts(token);
    return [
      header,
      encoded({ ...JSON.parse(String(Buffer.from(payload, 'base64url'))), ...change }),
      signature,
    ].join('.');
  }

  for (const [what, recipe] of forgeries) {
    await t.test(`is refused with an ID token ${what}`, async () => {
      const made = await recipe();
      const answer = await login({ ...made, claims: { ...registrar.claims, ...made.claims } });
      assertRefused(answer, 'LOGIN_FAILED', 400, /an answer that cannot be trusted \(OAUTH_[A-Z_]+\)/);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    });
  }

  await t.test('gives no session to whom nothing is granted, and says whom to ask', async () => {
    for (const claims of [{ groups: ['others'] }, {}, { groups: 'registrars-not' }]) {
      provider.token = { claims };
      const { location, cookie } = await beginLogin(bff);
      const answer = await comeBack(bff, provider.signIn(location).query, cookie, 'text/html');
      assert.equal(answer.status, 403);
      assert.match(
        answer.text,
        /you have no access here\. Ask your BFF administrator for access, and give them this name: user:ada\./,
      );
      assert.equal(cookieSetIn(answer, sessionCookie), undefined);
    }
  });

  for (const given of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    'https:evil.example',
    'https://tool.example.com',
    'https://tool.example.com/',
    'https://tool.example.com/invite/',
    'https://tool.example.com/invite?next=https://evil.example',
    'https://tool.example.com/invite#a',
    'https://tool.example.com/invite/../../evil',
    'https://tool.example.com.evil.example/invite',
    'https://tool.example.com@evil.example/invite',
    'https://user@tool.example.com/invite',
    'https://tool.example.com:444/invite',
    'http://tool.example.com/invite',
    'HTTPS://TOOL.example.com/invite',
    ' https://tool.example.com/invite',
    'javascript:alert(1)',
    'data:text/html,a',
    '/auth/vscode?code=a',
    '',
  ]) {
    await t.test(`sends nobody to ${JSON.stringify(given)}`, async () => {
      const answer = await bff.call(`/auth/login?return=${encodeURIComponent(given)}`);
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [400, 'VALIDATION_ERROR']);
      assert.match(message, /BFF_OIDC_RETURN_URLS/);
      assert.deepEqual([answer.headers.get('location'), answer.headers.getSetCookie()], [null, []]);
      assert.doesNotMatch(answer.text, /evil|alert/);
    });
  }

  await t.test('sends nobody anywhere by a return address that is given twice, or as a list', async () => {
    const page = encodeURIComponent(toolPage);
    for (const query of [`return=${page}&return=${page}`, `return[]=${page}`, `return[a]=${page}`]) {
      const { headers } = await bff.call(`/auth/login?${query}`);
      const location = headers.get('location');
      // A parameter that is not a valid return address is ignored, and the first one of the list is used.
      if (location !== null) assert.equal(new URL(location).origin, provider.issuer);
    }
  });
});

/** A provider where everybody who signs in is a registrar. */
async function startRegistrarsProvider(): Promise<ScriptedProvider> {
  const provider = await startScriptedProvider();
  provider.token = registrar;
  return provider;
}

describe('the identity provider', () => {
  it('is asked for its endpoints once, at the first login', async () => {
    await using provider = await startRegistrarsProvider();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    assert.equal(provider.discoveries, 0);
    await Promise.all(Array.from({ length: 10 }, () => beginLogin(bff)));
    await signIn(bff, provider);
    assert.equal(provider.discoveries, 1);
  });

  it('may be away: that degrades the login alone, until it is back', async () => {
    await using provider = await startRegistrarsProvider();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    provider.outage = 503;
    const answer = await bff.call('/auth/login', { headers: { authorization: '' } });
    const { code, message, retryable, source } = failureIn(answer);
    assert.deepEqual([answer.status, code, retryable, source], [503, 'LOGIN_UNAVAILABLE', true, 'bff']);
    assert.match(message, /^The identity provider \(127\.0\.0\.1:\d+\) .* access keys still work\.$/);
    assert.deepEqual(answer.headers.getSetCookie(), []);
    const page = await bff.call('/auth/login', { headers: { authorization: '', accept: 'text/html' } });
    assert.equal(page.status, 503);
    assert.match(page.text, /<h1>Not signed in<\/h1>/);
    assert.deepEqual(
      [(await bff.call('/readyz')).status, (await bff.call('/api/session')).status],
      [200, 200],
    );
    provider.outage = undefined;
    await signIn(bff, provider);
  });

  it('may be gone: then the system’s code is told', async () => {
    await using provider = await startRegistrarsProvider();
    await provider[Symbol.asyncDispose]();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    const { code, message } = failureIn(await bff.call('/auth/login'));
    assert.equal(code, 'LOGIN_UNAVAILABLE');
    assert.match(message, /could not be reached \(ECONNREFUSED\)/);
    assert.deepEqual(providerFailures(bff.logLines), ['ECONNREFUSED']);
  });

  it('may fall away between the login’s two halves, and then refuse the BFF', async () => {
    await using provider = await startRegistrarsProvider();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    for (const [token, words] of [
      [{ status: 500, body: {} }, /cannot answer at the moment \(status 500\)/],
      [{ status: 429, body: {} }, /cannot answer at the moment \(status 429\)/],
      [{ status: 429, body: { error: 'invalid_client' } }, /cannot answer at the moment \(status 429\)/],
      [
        { status: 401, body: { error: 'invalid_client', error_description: provider.clientSecret } },
        /refused the BFF itself \(status 401\)/,
      ],
      [{ status: 400, body: { error: 'unauthorized_client' } }, /refused the BFF itself \(status 400\)/],
      [{ status: 302, body: {} }, /refused the BFF itself \(status 302\)/],
    ] as const) {
      provider.token = token;
      const { location, cookie } = await beginLogin(bff);
      const answer = await comeBack(bff, provider.signIn(location).query, cookie);
      const failure = failureIn(answer);
      assert.deepEqual([answer.status, failure.code], [503, 'LOGIN_UNAVAILABLE']);
      assert.match(failure.message, words);
      assert.doesNotMatch(answer.text, /canary/);
    }
    const statuses = [500, 429, 429, 401, 400, 302];
    assert.deepEqual(
      providerFailures(bff.logLines),
      statuses.map((status) => `status ${status}`),
    );
  });

  it('gets the client secret by the form where it takes that, else by the header', async () => {
    await using provider = await startRegistrarsProvider();
    const { clientId, clientSecret } = provider;
    for (const methods of [
      undefined,
      ['client_secret_basic'],
      ['client_secret_basic', 'client_secret_post'],
    ]) {
      if (methods) provider.metadata.token_endpoint_auth_methods_supported = methods;
      await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
      await signIn(bff, provider);
      const { authorization, form } = provider.redeemed.at(-1) ?? {};
      const inForm = methods?.includes('client_secret_post') === true;
      assert.equal(form?.get('client_secret'), inForm ? clientSecret : null);
      const encoded = Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString();
      assert.equal(decodeURIComponent(encoded), inForm ? '' : `${clientId}:${clientSecret}`);
    }
  });

  it('may keep groups for its userinfo, which is believed only for the same person', async () => {
    await using provider = await startRegistrarsProvider();
    provider.token = {};
    provider.metadata.userinfo_endpoint = `${provider.issuer}/userinfo`;
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    provider.userinfo = { sub: 'ada', groups: ['registrars'] };
    const session = await bff.call('/api/session', { headers: pageHeaders(await signIn(bff, provider)) });
    assert.equal(session.status, 200);
    provider.userinfo = { sub: 'eve', groups: ['registrars'] };
    const { location, cookie } = await beginLogin(bff);
    const answer = await comeBack(bff, provider.signIn(location).query, cookie);
    assert.deepEqual([answer.status, failureIn(answer).code], [400, 'LOGIN_FAILED']);
  });

  it('may claim what it likes of algorithms: without a signature by its key, nothing is believed', async () => {
    await using provider = await startRegistrarsProvider();
    provider.metadata.id_token_signing_alg_values_supported = ['none', 'HS256', 'RS256'];
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const recipe of [
      { instead: (good: string) => `${none}.${good.split('.')[1]}.` },
      { header: { alg: 'HS256' }, key: new TextEncoder().encode(provider.clientSecret) },
    ]) {
      provider.token = { ...registrar, ...recipe };
      const { location, cookie } = await beginLogin(bff);
      const answer = await comeBack(bff, provider.signIn(location).query, cookie);
      assert.deepEqual([answer.status, failureIn(answer).code], [400, 'LOGIN_FAILED']);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
    provider.token = registrar;
    await signIn(bff, provider);
  });

  it('must be who it is configured to be', async () => {
    await using provider = await startRegistrarsProvider();
    provider.metadata.issuer = 'https://evil.example';
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    const answer = await bff.call('/auth/login');
    const { code, message } = failureIn(answer);
    assert.equal(code, 'LOGIN_UNAVAILABLE');
    assert.match(
      message,
      /does not answer as an OpenID provider should \(OAUTH_[A-Z_]+\)\. Ask your BFF administrator to check BFF_OIDC_ISSUER/,
    );
    assert.equal(answer.headers.get('location'), null);
  });

  it('has one method for each of its paths', async () => {
    await using provider = await startRegistrarsProvider();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    for (const [path, allowed] of [
      ['/auth/login', 'GET'],
      ['/auth/callback', 'GET'],
      ['/auth/logout', 'POST'],
    ] as const) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'].filter((each) => each !== allowed)) {
        const answer = await bff.call(path, { method });
        assert.deepEqual([path, method, answer.status], [path, method, 405]);
        assert.equal(answer.headers.get('allow'), allowed);
      }
    }
    for (const path of ['/auth', '/auth/', '/auth/login/', '/AUTH/login', '/auth/%6cogin/'])
      assert.equal((await bff.call(path)).status, 404, path);
  });

  it('is not flooded by one address, which then waits', async () => {
    await using provider = await startRegistrarsProvider();
    await using bff = await startSessionBff(provider, { sandbox: uncalledPartner });
    const statuses = [];
    for (let call = 0; call < 242; call += 1) statuses.push((await comeBack(bff, '?state=a', 'a')).status);
    assert.deepEqual(statuses.slice(238), [400, 400, 429, 429]);
    const answer = await bff.call('/auth/login');
    assert.deepEqual([answer.status, failureIn(answer).code], [429, 'RATE_LIMITED']);
    const seconds = Number(answer.headers.get('retry-after'));
    assert(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `${seconds} s`);
    assert.equal((await bff.call('/api/session')).status, 200);
  });

  it('is none of a BFF’s business that has none configured', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    for (const path of ['/auth/login', '/auth/callback', '/auth/logout'])
      assert.equal((await bff.call(path)).status, 404);
    const answer = await bff.call('/api/session', { headers: pageHeaders('s'.repeat(43)) });
    assert.equal(answer.status, 401);
  });
});

/** Why the provider could sign nobody in, in the order of the log. */
function providerFailures(logLines: readonly string[]): unknown[] {
  const lines = logLines.map((line) => JSON.parse(line) as { msg: string; reason?: string });
  return lines
    .filter(({ msg }) => msg.startsWith('the identity provider cannot'))
    .map(({ reason }) => reason);
}
