import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { BffError } from '../../../server/bff-error.ts';
import type { HttpRequest } from '../../../server/network/transport.ts';
import { Secret } from '../../../server/secret.ts';
import type { RequestToken } from '../../../server/tokens/token-request.ts';
import { createTokenRoom } from '../../../server/tokens/token-room.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const [ping, users, refs] = ['p/ping', 'p/users:write', 'p/refs:write'] as const;

/** A room between an authorisation server and an API of functions, each of which notes what it got. */
function room(options: { statuses?: number[]; requestToken?: RequestToken; secretFiles?: string } = {}) {
  const credentials = ['sandbox', 'production'].map((environment) => ({
    environment,
    authUrl: 'https://auth.example.com',
    clientId: 'one-client',
    clientSecret: new Secret(`secret-of-${environment}`),
    ...(options.secretFiles && { clientSecretFile: join(options.secretFiles, environment) }),
  }));
  const log: unknown[] = [];
  const statuses = [...(options.statuses ?? [])];
  const asked: string[] = [];
  const sent: string[] = [];
  const headers: HttpRequest['headers'][] = [];
  let clock = 0;
  const tokens = createTokenRoom({
    credentials,
    requestToken: async (credentials, scopes) => {
      const of = `${credentials.environment}(${credentials.clientSecret.reveal()}) ${scopes.join('+')}`;
      asked.push(of);
      await options.requestToken?.(credentials, scopes);
      return { value: new Secret(`${of} #${asked.length}`), lifetimeSeconds: 3600 };
    },
    transport: async (request) => {
      headers.push(request.headers);
      sent.push(request.headers.authorization ?? 'nothing');
      return { status: statuses.shift() ?? 200, header: () => undefined, text: '', durationMs: 1 };
    },
    log: {
      tokenFailed: ({ environment, code, servesUntil }) =>
        log.push(['failed', environment, code, servesUntil !== null]),
      secretReplaced: (environment) => log.push(['replaced', environment]),
      secretUnreadable: (environment, code) => log.push(['unreadable', environment, code]),
    },
    clock: () => clock,
    random: () => 0,
  });
  const pass = (seconds: number) => {
    clock += seconds;
  };
  return { tokens, asked, sent, headers, pass, log };
}

const request: HttpRequest = {
  method: 'POST',
  baseUrl: 'https://api.example.com',
  path: '/a',
  headers: { a: 'b' },
  body: Buffer.from('{}'),
  writes: true,
};

describe('the token room', () => {
  it('asks once for 1,000 callers who come at once', async () => {
    const { tokens, asked, sent } = room();
    await Promise.all(Array.from({ length: 1_000 }, () => tokens.send('sandbox', [ping], request)));
    assert.equal(asked.length, 1);
    assert.deepEqual([sent.length, new Set(sent).size], [1_000, 1]);
  });

  it('never mixes environments or scope sets, in any order of asking', async () => {
    const { tokens, asked, headers } = room();
    const sets = [[ping], [users], [refs], [users, refs], [refs, users], [users, users], [ping, users, refs]];
    const calls = Array.from({ length: 20 }, () => sets)
      .flat()
      .flatMap((set) => ['sandbox', 'production'].map((environment) => ({ environment, set })));
    const expected = ({ environment, set }: (typeof calls)[number]) =>
      `Bearer ${environment}(secret-of-${environment}) ${[...new Set(set)].sort().join('+')}`;
    await Promise.all(
      calls.map((call) =>
        tokens.send(call.environment, call.set, { ...request, headers: { expected: expected(call) } }),
      ),
    );
    assert.equal(new Set(asked).size, 2 * 5);
    assert.equal(asked.length, 2 * 5);
    assert.equal(headers.length, calls.length);
    for (const each of headers) assert.equal(each.authorization?.split(' #')[0], each.expected);
  });

  it('keeps a scope with a separator in it apart from two scopes', async () => {
    const { tokens, asked } = room();
    for (const set of [['a', 'b'], ['a b'], ['a,b'], ['a","b']]) await tokens.send('sandbox', set, request);
    assert.equal(asked.length, 4);
  });

  it('sends again, once, with another token after a 401', async () => {
    const { tokens, asked, sent } = room({ statuses: [401, 201] });
    assert.equal((await tokens.send('sandbox', [ping], request)).status, 201);
    assert.equal(asked.length, 2);
    assert.deepEqual(
      sent.map((each) => each.split(' #')[1]),
      ['1', '2'],
    );
  });

  it('leaves it at two sends when both are a 401', async () => {
    const { tokens, asked, sent } = room({ statuses: [401, 401, 200] });
    assert.equal((await tokens.send('sandbox', [ping], request)).status, 401);
    assert.deepEqual([asked.length, sent.length], [2, 2]);
  });

  it('asks for no more tokens while each is refused, and again after a cool-down', async () => {
    const { tokens, asked, sent, pass } = room({ statuses: Array(7).fill(401) });
    for (let call = 0; call < 5; call += 1) {
      assert.equal((await tokens.send('sandbox', [ping], request)).status, 401);
    }
    assert.deepEqual([asked.length, sent.length], [2, 6]);
    pass(5);
    assert.equal((await tokens.send('sandbox', [ping], request)).status, 200);
    assert.deepEqual([asked.length, sent.length], [3, 8]);
  });

  it('asks once more, not fifty times, when fifty calls get their 401 at once', async () => {
    const { tokens, asked, sent } = room({ statuses: Array(50).fill(401) });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => tokens.send('sandbox', [ping], request)),
    );
    assert(answers.every(({ status }) => status === 200));
    assert.deepEqual([asked.length, sent.length], [2, 100]);
  });

  for (const status of [400, 403, 404, 409, 429, 500, 503]) {
    it(`sends once, whatever ${status} may mean`, async () => {
      const { tokens, sent } = room({ statuses: [status] });
      assert.equal((await tokens.send('sandbox', [ping], request)).status, status);
      assert.equal(sent.length, 1);
    });
  }

  it('sends nothing without a token', async () => {
    const requestToken = () => Promise.reject(new Error('none'));
    const { tokens, sent, log } = room({ requestToken });
    await assert.rejects(tokens.send('sandbox', [ping], request), { code: 'INTERNAL' });
    assert.deepEqual([sent, log], [[], []]);
    assert.deepEqual(tokens.statuses('sandbox'), [{ scopes: [ping], state: 'failing', expiresAt: null }]);
  });

  it('changes nothing of the request it is handed', async () => {
    const own = { ...request, headers: { ...request.headers } };
    await room().tokens.send('sandbox', [ping], own);
    assert.deepEqual(own, request);
  });

  it('knows no environment that is not configured', async () => {
    const { tokens, asked } = room();
    for (const name of ['staging', '__proto__', 'constructor', '']) {
      await assert.rejects(tokens.send(name, [ping], request), /No credentials are configured/);
    }
    assert.deepEqual(asked, []);
  });

  it('tells where each token of an environment stands, and asks for none', async () => {
    const { tokens, asked, pass } = room();
    assert.deepEqual(tokens.statuses('sandbox'), []);
    await tokens.send('sandbox', [users, refs], request);
    await tokens.send('production', [ping], request);
    const [status, ...more] = tokens.statuses('sandbox');
    assert.deepEqual([status?.scopes, status?.state, more], [[refs, users], 'fresh', []]);
    assert.match(status?.expiresAt ?? '', /^\d{4}-\d\d-\d\dT/);
    pass(3580);
    assert.equal(tokens.statuses('sandbox')[0]?.state, 'stale');
    pass(60);
    assert.deepEqual(tokens.statuses('sandbox'), [
      { scopes: [refs, users], state: 'expired', expiresAt: null },
    ]);
    assert.equal(asked.length, 2);
  });
});

describe('the file of a client secret', () => {
  const write = (folder: string, environment: string, secret: string) =>
    writeFileSync(join(folder, environment), `${secret}\n`);
  const tokenOf = (sent: string[]) => sent.at(-1)?.replace('Bearer ', '');

  it('that was changed gives one environment new tokens, and leaves every other alone', async () => {
    using folder = temporaryFolder();
    const { tokens, asked, sent, log } = room({ secretFiles: folder.path });
    for (const environment of ['sandbox', 'production'])
      for (const scopes of [[ping], [users]]) await tokens.send(environment, scopes, request);
    write(folder.path, 'sandbox', 'the-next-secret');
    write(folder.path, 'production', 'secret-of-production');
    tokens.rereadSecret('sandbox');
    tokens.rereadSecret('production');
    assert.deepEqual(log, [['replaced', 'sandbox']]);
    assert.deepEqual(
      tokens.statuses('sandbox').map(({ scopes, state }) => [...scopes, state]),
      [
        [ping, 'stale'],
        [users, 'stale'],
      ],
    );
    assert.deepEqual(
      tokens.statuses('production').map(({ state }) => state),
      ['fresh', 'fresh'],
    );

    // The token before serves the call that asks for the next one.
    await tokens.send('sandbox', [ping], request);
    assert.equal(tokenOf(sent), `sandbox(secret-of-sandbox) ${ping} #1`);
    await settled();
    await tokens.send('sandbox', [ping], request);
    assert.equal(tokenOf(sent), `sandbox(the-next-secret) ${ping} #5`);
    await tokens.send('production', [users], request);
    assert.equal(tokenOf(sent), `production(secret-of-production) ${users} #4`);
    assert.equal(asked.length, 5);
  });

  it('is read again at once where the secret is refused, and whoever waits gets a token of the new one', async () => {
    using folder = temporaryFolder();
    write(folder.path, 'sandbox', 'the-next-secret');
    const requestToken: RequestToken = async ({ clientSecret }) => {
      if (clientSecret.reveal() !== 'the-next-secret')
        throw BffError.of('CLIENT_CREDENTIALS_REJECTED', 'No.');
      return { value: new Secret('unused'), lifetimeSeconds: 1 };
    };
    const { tokens, sent, log } = room({ secretFiles: folder.path, requestToken });
    await tokens.send('sandbox', [ping], request);
    assert.equal(tokenOf(sent), `sandbox(the-next-secret) ${ping} #2`);
    assert.deepEqual(log, [
      ['failed', 'sandbox', 'CLIENT_CREDENTIALS_REJECTED', false],
      ['replaced', 'sandbox'],
    ]);
  });

  it('that is away or empty leaves the secret as it is', async () => {
    using folder = temporaryFolder();
    const { tokens, log } = room({ secretFiles: folder.path });
    tokens.rereadSecret('sandbox');
    write(folder.path, 'sandbox', '');
    tokens.rereadSecret('sandbox');
    assert.deepEqual(log, [
      ['unreadable', 'sandbox', 'ENOENT'],
      ['unreadable', 'sandbox', 'EMPTY'],
    ]);
  });
});
