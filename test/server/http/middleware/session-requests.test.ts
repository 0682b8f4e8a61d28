import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import {
  cookieSetIn,
  pageHeaders,
  publicOrigin,
  sessionCookie,
  signIn,
  startSessionBff,
  startSignedIn,
  toolOrigin,
} from '../../../support/bff/session-bff.ts';
import { failureIn } from '../../../support/bff/test-bff.ts';
import { invited } from '../../../support/partner/fault-server.ts';
import { uncalledPartner } from '../../../support/partner/partner-variables.ts';
import { samples } from '../../../support/requests/good-requests.ts';
import { startScriptedProvider } from '../../../support/sign-in/scripted-provider.ts';

const ping = '/api/environments/sandbox/ping';
const invitations = '/api/environments/sandbox/invitations';
const invitation = JSON.stringify(samples.createInvitation('ada'));
const json = { 'content-type': 'application/json' };
const vscodeWeb = 'https://x.vscode-cdn.net';

test('a request with a session', async (t) => {
  await using started = await startSignedIn(['sandbox', 'production'], { RATE_LIMIT_PER_MINUTE: '1000' });
  const { provider, partner, bff, session } = started;

  const arrived = () => partner.auth.arrivals.length + partner.api.arrivals.length;
  const get = (changed?: Record<string, string>, path = ping) =>
    bff.call(path, { headers: pageHeaders(session, changed) });
  const post = (changed?: Record<string, string>, body = invitation, path = invitations) =>
    bff.call(path, { method: 'POST', body, headers: pageHeaders(session, { ...json, ...changed }) });

  /** Refused for what both a read and a write are, and nothing went to Pearsana. */
  async function assertForbidden(changed: Record<string, string>, words: RegExp): Promise<void> {
    const before = arrived();
    for (const answer of [await get(changed), await post(changed)]) {
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [403, 'FORBIDDEN']);
      assert.match(message, words);
    }
    assert.equal(arrived(), before);
  }

  await t.test('from a page of ours passes: of the BFF’s own origin, or of a listed one', async () => {
    for (const from of [
      { origin: toolOrigin, 'sec-fetch-site': 'same-site' },
      { origin: publicOrigin, 'sec-fetch-site': 'same-origin' },
    ]) {
      partner.api.next({ status: 201, body: invited });
      assert.equal((await post(from)).status, 201);
      assert.equal((await get(from)).status, 200);
    }
    // A browser names no origin when a page reads from its own.
    assert.equal((await get({ origin: '', 'sec-fetch-site': 'same-origin' })).status, 200);
  });

  await t.test('is the session’s caller, with the session’s grants and no others', async () => {
    const { status, body } = await get({}, '/api/session');
    assert.equal(status, 200);
    assert.deepEqual(Object(body).caller, { id: 'user:ada', kind: 'session' });
    const before = arrived();
    const answer = await get({}, '/api/environments/production/ping');
    const { code, message } = failureIn(answer);
    assert.deepEqual([answer.status, code], [403, 'FORBIDDEN']);
    assert.match(message, /production:ping/);
    assert.equal(arrived(), before);
  });

  for (const [what, value] of [
    ['no header', ''],
    ['an overlong header', 'x'.repeat(65)],
    ['a header of two words', 'a b'],
    ['a header that is not ASCII', '\xe4'],
  ] as const) {
    await t.test(`with a stolen cookie and ${what} is refused`, () =>
      assertForbidden({ 'x-pearsana-client': value }, /X-Pearsana-Client/),
    );
  }

  for (const origin of [
    'null',
    'https://evil.example',
    'https://tool.example.com.evil.example',
    'https://tool.example.com:444',
    'https://tool.example.com:443',
    'http://tool.example.com',
    'https://TOOL.example.com',
    'https://user@tool.example.com',
    'https://tool.example.com/',
    'https://tool.example.com, https://evil.example',
    'https://evil.example https://tool.example.com',
    'https://xtool.example.com',
    'https://example.com',
    'http://bff.example.com',
    'https://bff.example.com:8443',
    'https://bff.example.com.evil.example',
    'file://',
    '*',
    vscodeWeb,
  ]) {
    await t.test(`of the origin ${origin} is refused`, () =>
      assertForbidden({ origin }, /BFF_ALLOWED_ORIGINS/),
    );
  }

  await t.test('that writes and names no origin is refused', async () => {
    const before = arrived();
    const answer = await post({ origin: '' });
    assert.deepEqual([answer.status, failureIn(answer).code], [403, 'FORBIDDEN']);
    assert.equal(arrived(), before);
  });

  for (const site of ['cross-site', 'none', '', 'same-site, cross-site', 'SAME-SITE', 'same-party']) {
    await t.test(`of a page whose site is ${JSON.stringify(site)} is refused`, () =>
      assertForbidden({ 'sec-fetch-site': site }, /Sec-Fetch-Site/),
    );
  }

  for (const [type, body] of [
    ['text/plain', invitation],
    ['text/plain', `{"a":"=${invitation.slice(1)}`],
    ['application/x-www-form-urlencoded', 'email=ada%40example.edu'],
    [
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${invitation}\r\n--b--\r\n`,
    ],
  ] as const) {
    await t.test(
      `from a form of another site (${type}) is refused, and from a page of ours too`,
      async () => {
        const before = arrived();
        const form = { 'content-type': type, 'x-pearsana-client': '' };
        for (const from of [
          { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
          { origin: 'null', 'sec-fetch-site': 'cross-site' },
          { origin: toolOrigin, 'sec-fetch-site': 'same-site' },
        ]) {
          const answer = await post({ ...form, ...from }, body);
          assert.deepEqual([answer.status, failureIn(answer).code], [403, 'FORBIDDEN']);
        }
        const ours = await post({ 'content-type': type }, body);
        assert.deepEqual([ours.status, failureIn(ours).code], [415, 'UNSUPPORTED_MEDIA_TYPE']);
        assert.equal(arrived(), before);
      },
    );
  }

  await t.test('and a key is the key’s alone: a wrong one is not made good by the cookie', async () => {
    const wrong = await get({ authorization: 'Bearer wrong' }, '/api/session');
    assert.deepEqual([wrong.status, failureIn(wrong).code], [401, 'UNAUTHORIZED']);
    const right = await get({ authorization: `Bearer ${bff.accessKey}` }, '/api/session');
    assert.equal(Object(right.body).caller.kind, 'access-key');
    // With a key, none of what protects a cookie is asked for.
    const program = {
      authorization: `Bearer ${bff.accessKey}`,
      'sec-fetch-site': '',
      origin: '',
      'x-pearsana-client': '',
    };
    assert.equal((await get(program, '/api/session')).status, 200);
  });

  await t.test('that was never issued is told to sign in', async () => {
    for (const value of ['', 'x', 'x'.repeat(43), `${session}x`, session.slice(1), '__proto__', '%00', '"']) {
      const cookie = `${sessionCookie}=${value}`;
      const answer = await get({ cookie }, '/api/session');
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [401, 'UNAUTHORIZED'], value);
      assert.match(message, /sign in at \/auth\/login/);
    }
  });

  await t.test('is known by that one cookie, by its first value, and by nothing else', async () => {
    for (const [cookie, status] of [
      [`session=${session}`, 401],
      [`pearsana-session=${session}`, 401],
      [`__host-pearsana-session=${session}`, 401],
      [`__Host-pearsana-login=${session}`, 401],
      [`${sessionCookie}=x; ${sessionCookie}=${session}`, 401],
      [`a=b; ${sessionCookie}=${session}; c=d`, 200],
    ] as const) {
      assert.equal((await get({ cookie }, '/api/session')).status, status, cookie.replace(session, '…'));
    }
    for (const path of [`/api/session?${sessionCookie}=${session}`, `/api/session?session=${session}`])
      assert.equal((await get({ cookie: '' }, path)).status, 401);
  });

  await t.test('never has its cookie in an answer or a log line, not even as a request id', async () => {
    const answer = await get({ 'x-request-id': session }, '/api/session');
    assert.equal(answer.status, 200);
    assert.notEqual(answer.headers.get('x-request-id'), session);
    assert(!answer.text.includes(session));
    assert(!bff.logLines.join('').includes(session));
    assert(bff.logLines.some((line) => line.includes('"caller":"user:ada"')));
  });

  await t.test('at the end', async (t) => {
    const logout = (own: string, changed: Record<string, string> = {}) =>
      bff.call('/auth/logout', { method: 'POST', headers: pageHeaders(own, changed) });
    const isOver = async (own: string) =>
      (await bff.call('/api/session', { headers: pageHeaders(own) })).status === 401;

    await t.test('is over in the BFF and in the browser', async () => {
      const own = await signIn(bff, provider);
      const answer = await logout(own);
      assert.deepEqual([answer.status, answer.text], [204, '']);
      assert.equal(cookieSetIn(answer, sessionCookie), '');
      assert.match(
        answer.headers.getSetCookie()[0] ?? '',
        /Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
      assert(await isOver(own));
      assert.equal((await logout(own)).status, 204);
      assert(!(await isOver(session)), 'Somebody else’s session ended too.');
    });

    await t.test('is not ended by a page of another site', async () => {
      const own = await signIn(bff, provider);
      for (const forged of [
        { 'x-pearsana-client': '' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: '' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': '' },
      ]) {
        const answer = await logout(own, forged);
        assert.deepEqual([answer.status, failureIn(answer).code], [403, 'FORBIDDEN']);
        assert.deepEqual(answer.headers.getSetCookie(), []);
      }
      assert(!(await isOver(own)));
    });

    await t.test('is not ended by a link or an image', async () => {
      const own = await signIn(bff, provider);
      const answer = await bff.call('/auth/logout', { headers: pageHeaders(own) });
      assert.equal(answer.status, 405);
      assert(!(await isOver(own)));
    });

    await t.test('is not ended by who sends a key', async () => {
      const own = await signIn(bff, provider);
      await logout(own, { authorization: `Bearer ${bff.accessKey}` });
      assert(!(await isOver(own)));
    });
  });

  await t.test('and CORS', async (t) => {
    const preflight = (origin: string, path: string) =>
      bff.call(path, {
        method: 'OPTIONS',
        headers: {
          ...{ authorization: '', origin, 'access-control-request-method': 'POST' },
          'access-control-request-headers': 'x-pearsana-client,content-type',
        },
      });
    const said = ({ headers }: { headers: Headers }) => [
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-credentials'),
      headers.get('access-control-allow-headers')?.includes('X-Pearsana-Client') ?? null,
    ];

    await t.test('allows cookies to a listed origin, at the API and at the logout', async () => {
      for (const path of [invitations, '/auth/logout']) {
        const answer = await preflight(toolOrigin, path);
        assert.deepEqual([answer.status, ...said(answer)], [204, toolOrigin, 'true', true]);
        assert.match(answer.headers.get('vary') ?? '', /\borigin\b/i);
      }
      assert.deepEqual(said(await get()), [toolOrigin, 'true', null]);
      // A page must be able to read that it has to sign in.
      const signedOut = await bff.call('/api/session', { headers: pageHeaders('') });
      assert.deepEqual([signedOut.status, ...said(signedOut)], [401, toolOrigin, 'true', null]);
    });

    await t.test('never allows them to VS Code’s web hosts', async () => {
      assert.deepEqual(said(await preflight(vscodeWeb, invitations)), [vscodeWeb, null, false]);
      const answer = await bff.call('/api/session', { headers: { origin: vscodeWeb } });
      assert.deepEqual(said(answer), [vscodeWeb, null, null]);
    });

    await t.test('allows nothing to anybody else, and nothing at the login', async () => {
      for (const [origin, path] of [
        ['https://evil.example', invitations],
        ['https://evil.example', '/auth/logout'],
        ['null', '/auth/logout'],
        [toolOrigin, '/auth/login'],
        [toolOrigin, '/auth/callback'],
      ] as const) {
        assert.deepEqual(said(await preflight(origin, path)), [null, null, null], `${origin} ${path}`);
      }
    });
  });
});

describe('the limit of each caller', () => {
  it('counts the person, whatever session they use, and apart from others', async () => {
    await using provider = await startScriptedProvider();
    await using bff = await startSessionBff(
      provider,
      { sandbox: uncalledPartner },
      { RATE_LIMIT_PER_MINUTE: '3' },
    );
    const ask = async (session: string) =>
      (await bff.call('/api/session', { headers: pageHeaders(session) })).status;
    provider.token = { claims: { groups: ['guests'] } };
    const [one, two] = [await signIn(bff, provider), await signIn(bff, provider)];
    provider.token = { claims: { groups: ['guests'], sub: 'grace' } };
    const grace = await signIn(bff, provider);
    assert.deepEqual([await ask(one), await ask(two), await ask(one), await ask(two)], [200, 200, 200, 429]);
    assert.equal(await ask(grace), 200);
  });
});
