import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessionStore, sessionName } from '../../extension/src/authentication/session-store.ts';
import { createBackend } from '../../extension/src/backend.ts';
import type { LoggedCall } from '../../extension/src/log.ts';

const first = 'https://first.example';
const second = 'https://second.example';

type Sent = { origin: string; authorization: string | null };

/** A backend with an empty secret storage; `accepts` is the one key that the BFF takes. */
function setUp(accepts = 'good-key') {
  const kept = new Map<string, string>();
  const sent: Sent[] = [];
  const logged: LoggedCall[] = [];
  const settings = { url: first, onSecretRead: () => {} };
  const backend = createBackend({
    readUrl: () => settings.url,
    log: (call) => logged.push(call),
    secrets: {
      get: async (name) => {
        settings.onSecretRead();
        return kept.get(name);
      },
      store: async (name, value) => void kept.set(name, value),
      delete: async (name) => void kept.delete(name),
    },
    fetch: async (input, init) => {
      const authorization = new Headers(init?.headers).get('authorization');
      sent.push({ origin: new URL(String(input)).origin, authorization });
      if (authorization !== `Bearer ${accepts}`) {
        const error = {
          code: 'UNAUTHORIZED',
          message: 'No.',
          requestId: 'r-0',
          source: 'bff',
          retryable: false,
        };
        return Response.json({ error }, { status: 401 });
      }
      return String(input).endsWith('/api/session')
        ? Response.json({ requestId: 'r-1', caller: { id: 'me', kind: 'access-key' }, grants: ['*:*'] })
        : Response.json({ requestId: 'r-2', environments: [] });
    },
  });
  return { backend, kept, sent, logged, settings };
}

describe('the backend', () => {
  it('keeps a key under the origin that took it, and sends it there alone', async () => {
    const { backend, kept, sent, settings } = setUp();
    assert.equal(await backend.signIn('good-key'), first);
    assert.deepEqual([...kept], [[accessKeyName(first), 'good-key']]);
    await backend.environments();

    settings.url = second;
    await assert.rejects(backend.environments(), { code: 'NOT_SIGNED_IN' });
    await assert.rejects(backend.call('ping', { environment: 'sandbox' }), { code: 'NOT_SIGNED_IN' });
    assert.deepEqual(
      sent.map(({ origin }) => origin),
      [first, first],
    );
  });

  it('calls the origin whose key it took, even if the setting changes meanwhile', async () => {
    const { backend, sent, settings } = setUp();
    await backend.signIn('good-key');
    settings.onSecretRead = () => {
      settings.url = second;
    };
    assert.equal((await backend.environments()).origin, first);
    assert.deepEqual(sent.at(-1), { origin: first, authorization: 'Bearer good-key' });
  });

  it('keeps no key that the BFF refuses', async () => {
    const { backend, kept } = setUp();
    await assert.rejects(backend.signIn('bad-key'), { reason: 'refused', status: 401 });
    assert.equal(kept.size, 0);
  });

  it('keeps no key once the question was closed', async () => {
    const { backend, kept } = setUp();
    await assert.rejects(backend.signIn('good-key', AbortSignal.abort()));
    assert.equal(kept.size, 0);
  });

  it('forgets the key of this origin and no other', async () => {
    const { backend, kept, settings } = setUp();
    await backend.signIn('good-key');
    settings.url = second;
    await backend.signIn('good-key');
    assert.equal(await backend.signOut(), second);
    assert.deepEqual([...kept.keys()], [accessKeyName(first)]);
  });

  it('sends nothing to an address that a key may not be sent to', async () => {
    for (const url of ['', 'bff', 'http://bff.example.com', 'ftp://127.0.0.1', 'https://a.example/path']) {
      const { backend, sent, settings } = setUp();
      settings.url = url;
      await assert.rejects(backend.signIn('good-key'), { code: 'BACKEND_URL_INVALID' }, url);
      await assert.rejects(backend.environments(), { code: 'BACKEND_URL_INVALID' }, url);
      assert.equal(sent.length, 0);
    }
  });

  it('logs each call once, without the key', async () => {
    const { backend, logged } = setUp();
    await backend.signIn('good-key');
    await backend.environments();
    await assert.rejects(backend.signIn('bad-key'));
    const facts = logged.map(({ operation, status, code, requestId }) => [
      operation,
      status,
      code,
      requestId,
    ]);
    assert.deepEqual(facts, [
      ['session', 200, undefined, 'r-1'],
      ['environments', 200, undefined, 'r-2'],
      ['session', 401, 'UNAUTHORIZED', 'r-0'],
    ]);
    assert.doesNotMatch(JSON.stringify(logged), /good-key|bad-key/);
  });
});
