import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessionStore, sessionName } from '../../extension/src/authentication/session-store.ts';
import { type Backend, createBackend, type EndedCall } from '../../extension/src/backend.ts';
import type { LoggedCall } from '../../extension/src/call-log.ts';

const first = 'https://first.example';
const second = 'https://second.example';

type Sent = { origin: string; path: string; authorization: string | null };

/** A backend with an empty secret storage; `accepts` is the one key that the BFF takes. */
function setUp(accepts = 'good-key') {
  const kept = new Map<string, string>();
  const sent: Sent[] = [];
  const logged: LoggedCall[] = [];
  const ended: EndedCall[] = [];
  const settings = {
    url: first,
    onSecretRead: () => {},
    methods: ['access-key', 'browser'],
    /** Paths where nobody answers. */
    offline: [] as string[],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    redeemed: [] as unknown[],
    now: 0,
    /** A server that answers `GET /auth/methods` instead of a BFF. */
    stranger: undefined as (() => Response) | undefined,
    accepts,
  };
  const backend = createBackend({
    readUrl: () => settings.url,
    log: (call) => logged.push(call),
    onEnded: (call) => ended.push(call),
    now: () => settings.now,
    sessions: createSessionStore({
      get: async (name) => {
        settings.onSecretRead();
        return kept.get(name);
      },
      store: async (name, value) => void kept.set(name, value),
      delete: async (name) => void kept.delete(name),
      onDidChange: () => ({ dispose() {} }),
    }),
    fetch: async (input, init) => {
      const authorization = new Headers(init?.headers).get('authorization');
      const { origin, pathname: path } = new URL(String(input));
      sent.push({ origin, path, authorization });
      if (settings.offline.includes(path)) throw new TypeError('fetch failed');
      if (path === '/auth/methods' && settings.stranger) return settings.stranger();
      if (path === '/auth/methods') return Response.json({ requestId: 'r-3', methods: settings.methods });
      if (path === '/auth/vscode/token') {
        settings.redeemed.push(JSON.parse(String(init?.body)));
        const { expiresAt } = settings;
        return Response.json({
          requestId: 'r-4',
          accessKey: settings.accepts,
          caller: { id: 'me' },
          expiresAt,
        });
      }
      if (authorization !== `Bearer ${settings.accepts}`) {
        const error = {
          code: 'UNAUTHORIZED',
          message: 'No.',
          requestId: 'r-0',
          source: 'bff',
          retryable: false,
        };
        return Response.json({ error }, { status: 401 });
      }
      if (path === '/auth/vscode/revoke') return Response.json({ requestId: 'r-5' });
      return path === '/api/session'
        ? Response.json({ requestId: 'r-1', caller: { id: 'me', kind: 'access-key' }, grants: ['*:*'] })
        : Response.json({ requestId: 'r-2', environments: [] });
    },
  });
  const sentWithKey = () => sent.filter(({ authorization }) => authorization !== null);
  return { backend, kept, sent, sentWithKey, logged, ended, settings };
}

describe('the backend', () => {
  it('keeps a key under the origin that took it, and sends it there alone', async () => {
    const { backend, kept, sent, sentWithKey, settings } = setUp();
    await backend.signIn(first, 'good-key');
    assert.deepEqual([...kept.keys()], [sessionName(first)]);
    assert.deepEqual(JSON.parse(kept.get(sessionName(first)) ?? ''), { accessKey: 'good-key', caller: 'me' });
    await backend.environments();

    settings.url = second;
    await assert.rejects(backend.environments(), { code: 'NOT_SIGNED_IN' });
    await assert.rejects(backend.call('ping', { environment: 'sandbox' }), { code: 'NOT_SIGNED_IN' });
    assert.deepEqual(
      sentWithKey().map(({ origin, path }) => [origin, path]),
      [
        [first, '/api/session'],
        [first, '/api/environments'],
      ],
    );
    assert(sent.every(({ origin }) => origin === first));
  });

  it('tells of each call of an operation that has ended, and to which BFF it was', async () => {
    const { backend, ended, settings } = setUp();
    await backend.signIn(first, 'good-key');
    settings.onSecretRead = () => {
      settings.url = second;
    };
    await assert.rejects(backend.call('ping', { environment: 'sandbox' }));
    const [call] = ended;
    assert.deepEqual([call?.origin, call?.operation, call?.environment], [first, 'ping', 'sandbox']);
    // What this server answers is no ping.
    assert.equal(call && 'failure' in call && call.failure.code, 'CONTRACT_BROKEN');
    await backend.environments().catch(() => {});
    assert.equal(ended.length, 1);
  });

  it('makes the calls of an import only at the BFF that was reviewed', async () => {
    const { backend, sentWithKey, settings } = setUp();
    await backend.signIn(first, 'good-key');
    const imports = backend.imports(first);
    assert.equal((await imports.session()).caller.id, 'me');
    settings.url = second;
    await backend.signIn(second, 'good-key');
    const before = sentWithKey().length;
    await assert.rejects(imports.imports({ environment: 'sandbox' }), { code: 'BACKEND_CHANGED' });
    await assert.rejects(imports.session(), { code: 'BACKEND_CHANGED' });
    assert.equal(sentWithKey().length, before);
  });

  it('calls the origin whose key it took, even if the setting changes meanwhile', async () => {
    const { backend, sent, settings } = setUp();
    await backend.signIn(first, 'good-key');
    settings.onSecretRead = () => {
      settings.url = second;
    };
    assert.equal((await backend.environments()).origin, first);
    assert.deepEqual(sent.at(-1), {
      origin: first,
      path: '/api/environments',
      authorization: 'Bearer good-key',
    });
  });

  it('keeps no key that the BFF refuses', async () => {
    const { backend, kept } = setUp();
    await assert.rejects(backend.signIn(first, 'bad-key'), { reason: 'refused', status: 401 });
    assert.equal(kept.size, 0);
  });

  it('keeps no key once the question was closed', async () => {
    const { backend, kept } = setUp();
    await assert.rejects(backend.signIn(first, 'good-key', AbortSignal.abort()));
    assert.equal(kept.size, 0);
  });

  it('forgets the key of this origin and no other', async () => {
    const { backend, kept, sent, settings } = setUp();
    await backend.signIn(first, 'good-key');
    settings.url = second;
    await backend.signIn(second, 'good-key');
    assert.deepEqual(await backend.signOut(), { origin: second });
    assert.deepEqual([...kept.keys()], [sessionName(first)]);
    // A key that a person was given by hand is not the extension’s to give back.
    assert(!sent.some(({ path }) => path === '/auth/vscode/revoke'));
  });

  it('sends nothing to an address that a key may not be sent to', async () => {
    for (const url of ['', 'bff', 'http://bff.example.com', 'ftp://127.0.0.1', 'https://a.example/path']) {
      const { backend, sent, settings } = setUp();
      settings.url = url;
      await assert.rejects(backend.signIn(first, 'good-key'), { code: 'BACKEND_URL_INVALID' }, url);
      await assert.rejects(backend.environments(), { code: 'BACKEND_URL_INVALID' }, url);
      assert.equal(sent.length, 0);
    }
  });

  it('logs each call once, without the key', async () => {
    const { backend, logged } = setUp();
    await backend.signIn(first, 'good-key');
    await backend.environments();
    await assert.rejects(backend.signIn(first, 'bad-key'));
    const facts = logged.map(({ operation, status, code, requestId }) => [
      operation,
      status,
      code,
      requestId,
    ]);
    assert.deepEqual(facts, [
      ['sign-in methods', 200, undefined, 'r-3'],
      ['session', 200, undefined, 'r-1'],
      ['environments', 200, undefined, 'r-2'],
      ['sign-in methods', 200, undefined, 'r-3'],
      ['session', 401, 'UNAUTHORIZED', 'r-0'],
    ]);
    assert.doesNotMatch(JSON.stringify(logged), /good-key|bad-key/);
  });
});

describe('the backend, signed in through a browser', () => {
  const signal = new AbortController().signal;
  const redeem = (backend: Backend) => backend.redeem(first, 'the-code', 'the-verifier', signal);

  it('redeems without a key, asks who that is, and keeps both with their end', async () => {
    const { backend, kept, sent, settings } = setUp();
    await redeem(backend);
    assert.deepEqual(settings.redeemed, [{ code: 'the-code', verifier: 'the-verifier' }]);
    assert.deepEqual(
      sent.map(({ path, authorization }) => [path, authorization]),
      [
        ['/auth/vscode/token', null],
        ['/auth/methods', null],
        ['/api/session', 'Bearer good-key'],
      ],
    );
    const { expiresAt } = settings;
    assert.deepEqual(JSON.parse(kept.get(sessionName(first)) ?? ''), {
      accessKey: 'good-key',
      caller: 'me',
      expiresAt,
    });
    assert.deepEqual(await backend.session(), {
      origin: first,
      session: { accessKey: 'good-key', caller: 'me', expiresAt },
    });
  });

  it('sends code and verifier to nobody once the address has changed', async () => {
    const { backend, kept, sent, settings } = setUp();
    settings.url = second;
    await assert.rejects(redeem(backend), { code: 'BACKEND_CHANGED' });
    assert.deepEqual([sent, [...kept]], [[], []]);
  });

  it('gives back a key that it could not keep', async () => {
    const { backend, kept, sent, settings } = setUp();
    settings.offline = ['/api/session'];
    await assert.rejects(redeem(backend), { reason: 'unreachable' });
    assert.equal(kept.size, 0);
    assert.deepEqual(sent.at(-1), {
      origin: first,
      path: '/auth/vscode/revoke',
      authorization: 'Bearer good-key',
    });
  });

  it('sends nothing when its time is over, and says until when it was', async () => {
    const { backend, sent, settings } = setUp();
    settings.expiresAt = new Date(Date.now() - 1).toISOString();
    await redeem(backend);
    const before = sent.length;
    await assert.rejects(backend.environments(), {
      code: 'SIGN_IN_EXPIRED',
      message: /^Your sign-in to the BFF at https:\/\/first\.example has expired \(.*\d/,
    });
    assert.equal(sent.length, before);
  });

  it('gives the key back at sign-out', async () => {
    const { backend, kept, sent } = setUp();
    await redeem(backend);
    assert.deepEqual(await backend.signOut(), { origin: first });
    assert.equal(kept.size, 0);
    assert.equal(sent.at(-1)?.path, '/auth/vscode/revoke');
  });

  it('gives the old key back when another takes its place', async () => {
    const { backend, sent, sentWithKey, settings } = setUp();
    await redeem(backend);
    settings.accepts = 'better-key';
    await backend.signIn(first, 'better-key');
    assert.deepEqual(sent.at(-1), {
      origin: first,
      path: '/auth/vscode/revoke',
      authorization: 'Bearer good-key',
    });
    // A key that is entered again is not ended.
    const before = sentWithKey().length;
    await backend.signIn(first, 'better-key');
    assert.equal(sentWithKey().length, before + 1);
  });

  it('signs out even where the BFF cannot be told, and says so', async () => {
    const { backend, kept, settings } = setUp();
    await redeem(backend);
    settings.offline = ['/auth/vscode/revoke'];
    const { notGivenBack } = await backend.signOut();
    assert.equal(notGivenBack?.failure.code, 'BFF_UNREACHABLE');
    assert.match(notGivenBack?.until ?? '', /\d/);
    assert.equal(kept.size, 0);
  });

  it('gives no key back at sign-out that is over already, and forgets it', async () => {
    const { backend, kept, sentWithKey, settings } = setUp();
    settings.expiresAt = new Date(Date.now() - 1).toISOString();
    await redeem(backend);
    const before = sentWithKey().length;
    assert.deepEqual(await backend.signOut(), { origin: first });
    assert.deepEqual([kept.size, sentWithKey().length], [0, before]);
  });

  it('asks nobody for the ways in but the BFF, without a key, and says when nobody answers', async () => {
    const { backend, sent, settings } = setUp();
    await backend.signIn(first, 'good-key');
    assert.deepEqual(await backend.signInMethods(first), ['access-key', 'browser']);
    assert.deepEqual(sent.at(-1), { origin: first, path: '/auth/methods', authorization: null });
    settings.offline = ['/auth/methods'];
    await assert.rejects(backend.signInMethods(first), { reason: 'unreachable' });
  });

  it('takes nobody for signed in whose time is over', async () => {
    const { backend, settings } = setUp();
    settings.expiresAt = new Date(Date.now() - 1).toISOString();
    await redeem(backend);
    assert.equal(await backend.session(), undefined);
  });

  it('still knows a bare key, as the first version kept it', async () => {
    const { backend, kept, sent } = setUp();
    kept.set(sessionName(first), 'good-key');
    await backend.environments();
    assert.equal(sent.at(-1)?.authorization, 'Bearer good-key');
  });
});

describe('the key', () => {
  const strangers: Record<string, () => Response> = {
    'a page': () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    'an empty answer': () => new Response(null, { status: 204 }),
    'JSON of another shape': () => Response.json({ methods: 'access-key' }),
    'a list': () => Response.json(['access-key']),
    'another program’s 404': () => Response.json({ message: 'Not Found' }, { status: 404 }),
    'a question for credentials': () =>
      new Response('', { status: 401, headers: { 'www-authenticate': 'Basic' } }),
  };
  for (const [what, stranger] of Object.entries(strangers)) {
    it(`is not sent to what answers with ${what}, be it new or kept`, async () => {
      const { backend, kept, sent, sentWithKey, settings } = setUp();
      settings.stranger = stranger;
      await assert.rejects(backend.signIn(first, 'good-key'), { reason: 'contract' });
      kept.set(sessionName(first), JSON.stringify({ accessKey: 'good-key', caller: 'me' }));
      await assert.rejects(backend.environments(), { reason: 'contract' });
      await assert.rejects(backend.call('ping', { environment: 'sandbox' }), { reason: 'contract' });
      assert.deepEqual(sentWithKey(), []);
      assert(sent.every(({ path }) => path === '/auth/methods'));
    });
  }

  it('is not sent to a program that took the BFF’s place', async () => {
    const { backend, sent, sentWithKey, settings } = setUp();
    await backend.signIn(first, 'good-key');
    await backend.environments();
    const before = sent.length;
    await backend.environments();
    // In quick succession the BFF is not asked who it is each time.
    assert.equal(sent.length, before + 1);
    settings.now += 60_000;
    settings.stranger = () => new Response('<html>');
    const withKey = sentWithKey().length;
    await assert.rejects(backend.environments(), { reason: 'contract' });
    assert.equal(sentWithKey().length, withKey);
  });

  it('is not sent once the setting names another BFF than its box showed', async () => {
    const { backend, sent, settings } = setUp();
    settings.url = second;
    await assert.rejects(backend.signIn(first, 'good-key'), { code: 'BACKEND_CHANGED' });
    assert.deepEqual(sent, []);
  });
});

describe('a torn secret', () => {
  const whole = JSON.stringify({ accessKey: 'good-key', caller: 'me' });
  for (const text of [
    '',
    '{',
    whole.slice(0, -1),
    whole.slice(0, 20),
    '{}',
    '{"accessKey":7,"caller":"me"}',
    '{"accessKey":"good-key"}',
    '{"accessKey":"","caller":"me"}',
    '{"accessKey":"two words","caller":"me"}',
    'two\nlines',
  ]) {
    it(`is as good as none: ${JSON.stringify(text)}`, async () => {
      const { backend, kept, sent } = setUp();
      kept.set(sessionName(first), text);
      assert.equal(await backend.session(), undefined);
      await assert.rejects(backend.call('ping', { environment: 'sandbox' }), { code: 'NOT_SIGNED_IN' });
      assert.deepEqual(await backend.signOut(), { origin: first });
      assert.deepEqual([kept.size, sent.length], [0, 0]);
      kept.set(sessionName(first), text);
      await backend.signIn(first, 'good-key');
      assert.equal((await backend.session())?.session.accessKey, 'good-key');
    });
  }

  it('whose end is no time counts as over, and can be replaced', async () => {
    const { backend, kept } = setUp();
    kept.set(sessionName(first), JSON.stringify({ accessKey: 'good-key', caller: 'me', expiresAt: 'soon' }));
    await assert.rejects(backend.environments(), { code: 'SIGN_IN_EXPIRED' });
    await backend.signIn(first, 'good-key');
    await backend.environments();
  });
});
