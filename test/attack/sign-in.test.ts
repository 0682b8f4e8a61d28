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

test('an identity provider with common peculiarities', async (t) => {
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
    bff.logLines.map((line) => JSON.parse(line)).filter(({ level }: { level: string }) => level === 'warn');

  await t.test('may send email_verified as a string, and write the address in any case', async () => {
    const answer = await login({ email: 'ADA@Example.edu', email_verified: 'true' });
    assert.deepEqual(await grantsAfter(answer), ['sandbox:ping']);
  });

  for (const [what, change, reason] of [
    ['refuses', () => Object.assign(provider, { userinfoStatus: 403 }), 'status 403'],
    ['is broken', () => Object.assign(provider, { userinfoStatus: 500 }), 'status 500'],
    ['does not know the token', () => Object.assign(provider, { userinfoStatus: 401 }), 'status 401'],
    [
      'answers about somebody else',
      () => Object.assign(provider, { userinfo: { sub: 'eve' } }),
      'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    ],
  ] as const) {
    await t.test(
      `may have a userinfo endpoint that ${what}: the grants of the ID token still apply`,
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
      `may have a userinfo endpoint that ${what}: if the ID token grants nothing, the message names the endpoint`,
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
    await t.test(
      `may send ${what}: a message tells the person, and the log tells the administrator`,
      async () => {
        const refused = await login(claims);
        assert.equal(refused.status, 403);
        assert.match(refused.text, words);
        assert.doesNotMatch(refused.text, /canary/);
        const line = warnings().find((each) => each.claim === claim);
        assert.deepEqual([line?.caller, line?.form], ['user:ada', form]);
        assert.match(line?.msg, /BFF_OIDC_GRANTS/);

        // A person who gets fewer grants than expected sees a message, and has time to read it.
        const granted = await login({ ...claims, email: 'ada@example.edu', email_verified: true });
        assert.equal(granted.status, 200);
        assert.match(granted.text, words);
        assert.match(granted.text, /http-equiv="refresh" content="15; url=/);
      },
    );
  }

  await t.test('may leave out claims: that alone causes no message about them', async () => {
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
      `may have a different clock: an ID token ${what} is ${fits ? 'accepted' : 'refused'}`,
      async () => {
        const answer = await login({ groups: ['registrars'], ...claims() }, 'application/json');
        assert.equal(answer.status, fits ? 200 : 400, answer.text);
        if (!fits)
          assert.match(failureIn(answer).message, /cannot be trusted \(OAUTH_JWT_TIMESTAMP_CHECK_FAILED\)/);
      },
    );
  }

  await t.test(
    'may have a subject that equals the hash of another subject: they are still two callers',
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
  /** Keeps cookies as a browser does: a new cookie replaces the one with the same name. */
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
  const locationOf = ({ headers }: Answer) =>
    headers.get('location') ?? assert.fail('The answer has no location.');

  it('may sign in with several tabs at once, in whichever order they finish', async () => {
    await withBrowser(async ({ open, jar, provider }) => {
      const begun = await Promise.all([1, 2, 3].map(() => open('/auth/login')));
      for (const answer of [...begun].reverse()) {
        const ended = await open(`/auth/callback${provider.signIn(locationOf(answer)).query}`);
        assert.equal(ended.status, 200, ended.text);
      }
      assert.deepEqual(jar.names(), [sessionCookie]);
    });
  });

  it('may begin any number of logins, but keeps only a few cookies', async () => {
    await withBrowser(async ({ open, jar, provider }) => {
      let last: Answer | undefined;
      for (let tab = 0; tab < 20; tab += 1) last = await open('/auth/login');
      assert.equal(jar.names().length, 5);
      const { query } = provider.signIn(locationOf(last ?? assert.fail()));
      assert.equal((await open(`/auth/callback${query}`)).status, 200);
    });
  });

  it('may sign in two windows of VS Code at once: the second tab does not disturb the first', async () => {
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
      // The second tab returns from the provider before the first window redeems its code.
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

describe('the file with the client secret for the identity provider', () => {
  it('is read again when it changes, and the old secret stays in use if it cannot be read', async () => {
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
