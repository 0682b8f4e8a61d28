import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import {
  beginLogin,
  comeBack,
  cookieSetIn,
  pageHeaders,
  publicOrigin,
  sessionCookie,
  signIn,
  startSessionBff,
} from '../support/bff/session-bff.ts';
import { type Answer, failureIn, type TestBff } from '../support/bff/test-bff.ts';
import {
  type ScriptedProvider,
  startScriptedProvider,
  type TokenRecipe,
} from '../support/sign-in/scripted-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const partner = { authUrl: 'https://auth.example.com', apiUrl: 'https://api.example.com' };
const grants = [
  'groups:registrars=sandbox:*',
  'email:Ada@example.edu=sandbox:ping',
  'realm_access.roles:admin=sandbox:health',
].join('; ');

test('a provider as there are many', async (t) => {
  await using provider = await startScriptedProvider();
  provider.metadata.userinfo_endpoint = `${provider.issuer}/userinfo`;
  await using bff = await startSessionBff(provider, { sandbox: partner }, { BFF_OIDC_GRANTS: grants });

  t.beforeEach(() => {
    Object.assign(provider, { userinfo: { sub: 'ada' }, userinfoStatus: 200 });
    bff.logLines.length = 0;
  });

  async function login(claims: TokenRecipe['claims'], accept = 'text/html'): Promise<Answer> {
    provider.token = { ...(claims && { claims }) };
    const { location, cookie } = await beginLogin(bff);
    return comeBack(bff, provider.signIn(location).query, cookie, accept);
  }
  async function grantsAfter(answer: Answer): Promise<unknown> {
    const session = cookieSetIn(answer, sessionCookie) ?? assert.fail(answer.text);
    const { body } = await bff.call('/api/session', { headers: pageHeaders(session) });
    return Reflect.get(Object(body), 'grants');
  }
  const warnings = () =>
    bff.logLines.map((line) => JSON.parse(line)).filter(({ level }: { level: number }) => level === 40);

  await t.test('may say in words that an address is verified, and write it in any case', async () => {
    const answer = await login({ email: 'ADA@Example.edu', email_verified: 'true' });
    assert.deepEqual(await grantsAfter(answer), ['sandbox:ping']);
  });

  for (const [what, change, reason] of [
    ['refuses', () => Object.assign(provider, { userinfoStatus: 403 }), 'status 403'],
    ['is broken', () => Object.assign(provider, { userinfoStatus: 500 }), 'status 500'],
    ['does not know the token', () => Object.assign(provider, { userinfoStatus: 401 }), 'status 401'],
    [
      'speaks of somebody else',
      () => Object.assign(provider, { userinfo: { sub: 'eve' } }),
      'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    ],
  ] as const) {
    await t.test(
      `may have a userinfo endpoint that ${what}: what the ID token grants is granted`,
      async () => {
        change();
        const answer = await login({ groups: ['registrars'] });
        assert.deepEqual([answer.status, await grantsAfter(answer)], [200, ['sandbox:*']]);
        const [line, ...more] = warnings();
        assert.deepEqual([line?.caller, line?.reason, more], ['user:ada', reason, []]);
        assert.match(line?.msg, /userinfo endpoint failed/);
      },
    );

    await t.test(
      `may have a userinfo endpoint that ${what}: where the ID token grants nothing, it is named`,
      async () => {
        change();
        const answer = await login({}, 'application/json');
        const { message } = failureIn(answer);
        assert(message.includes(`its userinfo endpoint did not say what you may do (${reason})`), message);
        assert.equal(cookieSetIn(answer, sessionCookie), undefined);
        assert.equal(warnings().find(({ reason: each }) => each === reason)?.caller, 'user:ada');
      },
    );
  }

  const endpoint = 'https://graph.example.com/canary-endpoint';
  for (const { what, claims, claim, form, words } of [
    {
      what: 'only a link to many groups',
      claims: { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } },
      claim: 'groups',
      form: 'link',
      words: /sent only a link in place of the claim “groups”/,
    },
    {
      what: 'only the word that there are groups',
      claims: { hasgroups: true },
      claim: 'groups',
      form: 'link',
      words: /sent only a link in place of the claim “groups”/,
    },
    {
      what: 'roles inside another claim',
      claims: { realm_access: { roles: ['admin'] } },
      claim: 'realm_access.roles',
      form: 'nested',
      words: /sent the claim “realm_access\.roles” nested in an object/,
    },
    {
      what: 'groups as objects',
      claims: { groups: [{ name: 'registrars' }] },
      claim: 'groups',
      form: 'nested',
      words: /sent the claim “groups” nested in an object/,
    },
  ] as const) {
    await t.test(`may send ${what}: the person and the operator are told`, async () => {
      const refused = await login(claims);
      assert.equal(refused.status, 403);
      assert.match(refused.text, words);
      assert.doesNotMatch(refused.text, /canary/);
      const line = warnings().find((each) => each.claim === claim);
      assert.deepEqual([line?.caller, line?.form], ['user:ada', form]);
      assert.match(line?.msg, /BFF_OIDC_GRANTS/);

      // People with fewer grants than they should have are told so, and have the time to read it.
      const granted = await login({ ...claims, email: 'ada@example.edu', email_verified: true });
      assert.equal(granted.status, 200);
      assert.match(granted.text, words);
      assert.match(granted.text, /http-equiv="refresh" content="15; url=/);
    });
  }

  await t.test('tells nobody of what is simply not there', async () => {
    const refused = await login({ groups: ['others'] });
    assert.equal(refused.status, 403);
    assert.doesNotMatch(refused.text, /claim/);
    assert.deepEqual(warnings(), []);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  for (const [what, claims, fits] of [
    ['not valid for another 50 s', () => ({ nbf: now() + 50 }), true],
    ['not valid for another 90 s', () => ({ nbf: now() + 90 }), false],
    ['issued 50 s from now', () => ({ iat: now() + 50 }), true],
    ['issued 90 s from now', () => ({ iat: now() + 90 }), false],
    ['issued in a hundred years', () => ({ iat: 4_900_000_000, exp: 4_900_000_300 }), false],
    ['expired 50 s ago', () => ({ exp: now() - 50 }), true],
    ['expired 90 s ago', () => ({ exp: now() - 90 }), false],
  ] as const) {
    await t.test(
      `may have a clock of its own: an ID token ${what} is ${fits ? 'believed' : 'refused'}`,
      async () => {
        const answer = await login({ groups: ['registrars'], ...claims() }, 'application/json');
        assert.equal(answer.status, fits ? 200 : 400, answer.text);
        if (!fits)
          assert.match(failureIn(answer).message, /cannot be trusted \(OAUTH_JWT_TIMESTAMP_CHECK_FAILED\)/);
      },
    );
  }

  await t.test(
    'may let somebody be called what another person’s hash is: they are two all the same',
    async () => {
      const idAfter = async (sub: string) => {
        provider.userinfo = { sub };
        const session = cookieSetIn(await login({ sub, groups: ['registrars'] }), sessionCookie) ?? '';
        const { body } = await bff.call('/api/session', { headers: pageHeaders(session) });
        return String(Reflect.get(Object(body), 'caller').id);
      };
      const id = await idAfter('ada@example.edu');
      assert.match(id, /^user:sha256-/);
      assert.notEqual(await idAfter(id.slice('user:'.length)), id);
    },
  );
});

describe('a browser', () => {
  /** As a browser keeps them: what is set replaces what has the same name. */
  function cookieJar() {
    const jar = new Map<string, string>();
    return {
      take({ headers }: Answer) {
        for (const line of headers.getSetCookie()) {
          const [pair = '', ...attributes] = line.split('; ');
          const [name = '', value = ''] = pair.split('=');
          if (attributes.includes('Max-Age=0')) jar.delete(name);
          else jar.set(name, value);
        }
      },
      header: () => [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      names: () => [...jar.keys()],
    };
  }
  async function withBrowser(
    use: (browser: {
      open(path: string): Promise<Answer>;
      post(path: string, body: string): Promise<Answer>;
      jar: ReturnType<typeof cookieJar>;
      bff: TestBff;
      provider: ScriptedProvider;
    }) => Promise<void>,
  ) {
    await using provider = await startScriptedProvider();
    await using bff = await startSessionBff(provider, { sandbox: partner });
    provider.token = { claims: { groups: ['registrars'] } };
    const jar = cookieJar();
    async function send(path: string, init: Parameters<TestBff['call']>[1]) {
      const cookie = jar.header();
      const answer = await bff.call(path, {
        ...init,
        headers: { ...init?.headers, authorization: '', cookie },
      });
      jar.take(answer);
      return answer;
    }
    const formHeaders = {
      ...{ 'content-type': 'application/x-www-form-urlencoded', origin: publicOrigin },
      'sec-fetch-site': 'same-origin',
    };
    await use({
      ...{ bff, provider, jar },
      open: (path) => send(path, { headers: { accept: 'text/html' } }),
      post: (path, body) => send(path, { method: 'POST', headers: formHeaders, body }),
    });
  }
  const locationOf = ({ headers }: Answer) => headers.get('location') ?? assert.fail('It leads nowhere.');

  it('may sign in in several tabs at once, whichever ends first', async () => {
    await withBrowser(async ({ open, jar, provider }) => {
      const begun = await Promise.all([1, 2, 3].map(() => open('/auth/login')));
      for (const answer of [...begun].reverse()) {
        const ended = await open(`/auth/callback${provider.signIn(locationOf(answer)).query}`);
        assert.equal(ended.status, 200, ended.text);
      }
      assert.deepEqual(jar.names(), [sessionCookie]);
    });
  });

  it('may begin as many logins as it likes: its cookies stay few', async () => {
    await withBrowser(async ({ open, jar, provider }) => {
      let last: Answer | undefined;
      for (let tab = 0; tab < 20; tab += 1) last = await open('/auth/login');
      assert.equal(jar.names().length, 5);
      const { query } = provider.signIn(locationOf(last ?? assert.fail()));
      assert.equal((await open(`/auth/callback${query}`)).status, 200);
    });
  });

  it('may sign two windows of VS Code in at once: the second tab ends nothing of the first', async () => {
    await withBrowser(async ({ open, post, bff, provider }) => {
      const newWindow = () => {
        const verifier = randomBytes(32).toString('base64url');
        const query = new URLSearchParams({
          challenge: createHash('sha256').update(verifier).digest('base64url'),
          state: randomBytes(16).toString('base64url'),
          redirect_uri: Buffer.from('vscode://pearsana-tools.pearsana-partner/signed-in').toString(
            'base64url',
          ),
        });
        return { verifier, link: `/auth/vscode?${query}` };
      };
      const [one, other] = [newWindow(), newWindow()];
      const [first, second] = [await open(one.link), await open(other.link)];
      await open(`/auth/callback${provider.signIn(locationOf(first)).query}`);
      const [, word = ''] = /name="word" value="([\w-]+)"/.exec((await open(one.link)).text) ?? [];
      const allowed = await post('/auth/vscode/answer', `word=${word}&answer=allow`);
      const code = new URL(locationOf(allowed)).searchParams.get('code');
      // Before the first window has redeemed its code, the second tab comes back from the provider.
      await open(`/auth/callback${provider.signIn(locationOf(second)).query}`);
      const redeemed = await bff.call('/auth/vscode/token', {
        method: 'POST',
        headers: { authorization: '', 'content-type': 'application/json' },
        body: JSON.stringify({ code, verifier: one.verifier }),
      });
      assert.equal(redeemed.status, 200, redeemed.text);
    });
  });
});

describe('the file of the client secret at the provider', () => {
  it('is followed when it changes, and keeps the old secret where it cannot be read', async () => {
    await using provider = await startScriptedProvider();
    provider.token = { claims: { groups: ['registrars'] } };
    using folder = temporaryFolder();
    const file = join(folder.path, 'secret');
    await writeFile(file, 'canary-secret-one\n');
    await using bff = await startSessionBff(
      provider,
      { sandbox: partner },
      { BFF_OIDC_CLIENT_SECRET: '', BFF_OIDC_CLIENT_SECRET_FILE: file },
    );
    const secretSent = async () => {
      await signIn(bff, provider);
      const { authorization = '' } = provider.redeemed.at(-1) ?? {};
      const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
      return decodeURIComponent(pair.split(':')[1] ?? '');
    };
    const logged = (words: RegExp) => () => bff.logLines.some((line) => words.test(line));
    assert.equal(await secretSent(), 'canary-secret-one');
    await writeFile(file, 'canary-secret-two\n');
    await until('the new secret is logged', logged(/client secret for the identity provider was replaced/));
    assert.equal(await secretSent(), 'canary-secret-two');
    await rm(file);
    await until('the missing file is logged', logged(/"code":"ENOENT".*BFF_OIDC_CLIENT_SECRET_FILE/));
    assert.equal(await secretSent(), 'canary-secret-two');
    assert.doesNotMatch(bff.logLines.join(''), /canary/);
  });
});
