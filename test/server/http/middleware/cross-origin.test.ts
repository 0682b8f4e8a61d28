import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { failureIn, startBffWith, type TestBff } from '../../../support/bff/test-bff.ts';
import { uncalledPartner } from '../../../support/partner/partner-variables.ts';

const listed = 'https://tool.example.com';

/** Every header of CORS that an answer has. */
const corsOf = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

function callsOf(bff: () => TestBff) {
  return {
    preflight: (origin: string, path = '/api/session') =>
      bff().call(path, {
        method: 'OPTIONS',
        headers: {
          authorization: '',
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization,x-request-id',
        },
      }),
    actual: (origin: string, path = '/api/session') => bff().call(path, { headers: { origin } }),
  };
}

test('CORS with listed origins', async (t) => {
  const variables = { BFF_ALLOWED_ORIGINS: `${listed},http://localhost:3000,vscode-web` };
  await using bff = await startBffWith({ sandbox: uncalledPartner }, variables);

  const { preflight, actual } = callsOf(() => bff);

  for (const origin of [listed, 'http://localhost:3000', 'https://x.vscode-cdn.net']) {
    await t.test(`lets ${origin} call, and read what it needs`, async () => {
      const asked = await preflight(origin);
      assert.equal(asked.status, 204);
      assert.deepEqual(corsOf(asked.headers), {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers':
          'Authorization,Content-Type,X-Request-Id,X-Confirm-Environment,Idempotency-Key,X-Pearsana-Import',
        'access-control-max-age': '600',
        'access-control-expose-headers': 'Retry-After,X-Request-Id,Idempotent-Replayed',
      });
      const answer = await actual(origin);
      assert.equal(answer.status, 200);
      assert.deepEqual(corsOf(answer.headers), {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'Retry-After,X-Request-Id,Idempotent-Replayed',
      });
      assert.match(answer.headers.get('vary') ?? '', /\borigin\b/i);
    });

    await t.test(`lets ${origin} read failures too`, async () => {
      for (const path of ['/api/nothing', '/api/environments/nowhere/ping']) {
        assert.equal((await actual(origin, path)).headers.get('access-control-allow-origin'), origin);
      }
      const unauthorized = await bff.call('/api/session', {
        headers: { origin, authorization: 'Bearer wrong' },
      });
      assert.equal(unauthorized.status, 401);
      assert.equal(unauthorized.headers.get('access-control-allow-origin'), origin);
    });
  }

  for (const origin of [
    'https://evil.example',
    'https://tool.example.com.evil.example',
    'https://eviltool.example.com',
    'https://tool.example.com:444',
    'http://tool.example.com',
    'https://TOOL.example.com',
    'http://localhost:3001',
    'https://evilvscode-cdn.net',
    'https://vscode-cdn.net',
    'https://x.vscode-cdn.net.evil.example',
    'http://x.vscode-cdn.net',
    'vscode-webview://x.vscode-cdn.net',
    'null',
    'file://',
    '*',
  ]) {
    await t.test(`refuses ${origin}`, async () => {
      const asked = await preflight(origin);
      assert.deepEqual([asked.status, failureIn(asked).code], [403, 'FORBIDDEN']);
      assert.deepEqual(corsOf(asked.headers), {});
      assert.deepEqual(corsOf((await actual(origin)).headers), {});
    });
  }

  await t.test('is for the API alone', async () => {
    for (const path of ['/livez', '/readyz', '/']) {
      assert.deepEqual(corsOf((await actual(listed, path)).headers), {});
      assert.notEqual((await preflight(listed, path)).status, 204);
    }
  });

  await t.test('authenticates nobody', async () => {
    const answer = await bff.call('/api/session', { headers: { origin: listed, authorization: '' } });
    assert.equal(answer.status, 401);
  });

  await t.test('never allows credentials', async () => {
    for (const origin of [listed, 'https://x.vscode-cdn.net', 'null']) {
      for (const { headers } of [await preflight(origin), await actual(origin)]) {
        assert.equal(headers.get('access-control-allow-credentials'), null);
      }
    }
  });
});

describe('CORS by default', () => {
  it('is off', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    const { preflight, actual } = callsOf(() => bff);
    for (const origin of [listed, 'null', bff.url, 'https://x.vscode-cdn.net', 'http://localhost:3000']) {
      const asked = await preflight(origin);
      assert.equal(asked.status, 403);
      const answer = await actual(origin);
      assert.equal(answer.status, 200);
      assert.deepEqual([corsOf(asked.headers), corsOf(answer.headers)], [{}, {}]);
    }
  });
});
