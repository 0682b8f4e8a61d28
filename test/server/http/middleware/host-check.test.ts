import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { failureIn, startBffWith, type TestBff } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { uncalledPartner } from '../../../support/partner/partner-variables.ts';

test('the Host header', async (t) => {
  await using bff = await startBffWith(
    { sandbox: uncalledPartner },
    { BFF_PUBLIC_URL: 'https://BFF.example.com:8443/' },
  );

  const call = (host: string, path: string, more: Record<string, string> = {}) =>
    rawRequest(bff.url, rawHead(path, { Host: host, Authorization: `Bearer ${bff.accessKey}`, ...more }));

  for (const host of [
    'localhost',
    'LocalHost:1',
    '127.0.0.1',
    '127.0.0.1:8787',
    '127.3.2.1',
    '[::1]',
    '[::1]:8787',
    'bff.example.com:8443',
    'BFF.Example.com:8443',
    // A final dot changes nothing of what a name means, nor does a port that is empty.
    'localhost.',
    'localhost.:8787',
    'localhost:',
    'bff.example.com.:8443',
  ]) {
    await t.test(`may be ${host}`, async () => assert.equal((await call(host, '/api/session')).status, 200));
  }

  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil',
    'localhost.evil:8787',
    'evil-localhost',
    'user@127.0.0.1',
    '127.0.0.1@evil.example',
    'localhost#evil.example',
    'localhost/evil.example',
    'localhost, evil.example',
    'localhost evil.example',
    'localhost:evil',
    'localhost:8787:1',
    'localhost..',
    '0x7f.1',
    '127.1',
    '2130706433',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '::1',
    'bff.example.com',
    'bff.example.com:8444',
    'bff.example.com:8443.evil.example',
    'auth.example.com',
    '',
    '%31%32%37.0.0.1',
    'ｌocalhost',
  ]) {
    await t.test(`must not be “${host}”, at any path`, async () => {
      for (const path of ['/api/session', '/openapi.json', '/nothing']) {
        const answer = await call(host, path);
        assert.deepEqual([answer.status, failureIn(answer).code], [403, 'HOST_NOT_ALLOWED']);
      }
    });
  }

  for (const host of [
    '10.244.1.17:8787',
    'bff',
    'bff.default.svc.cluster.local:8787',
    '[fd00::17]:8787',
    'evil.example',
    '',
  ]) {
    await t.test(`may be “${host}” where a probe asks`, async () => {
      for (const path of ['/livez', '/readyz']) assert.equal((await call(host, path)).status, 200);
    });
  }

  await t.test('is looked at before the key: a wrong name learns nothing about it', async () => {
    const answer = await call('evil.example', '/api/session', { Authorization: 'Bearer wrong' });
    assert.equal(failureIn(answer).code, 'HOST_NOT_ALLOWED');
  });

  for (const header of ['X-Forwarded-Host', 'Forwarded', 'X-Host', 'X-Original-Host']) {
    await t.test(`cannot be replaced by ${header}`, async () => {
      const value = header === 'Forwarded' ? 'host=localhost' : 'localhost';
      assert.equal((await call('evil.example', '/api/session', { [header]: value })).status, 403);
      assert.equal((await call('localhost', '/api/session', { [header]: 'evil.example' })).status, 200);
    });
  }

  await t.test('cannot be replaced by a second one', async () => {
    for (const [first, second] of [
      ['evil.example', 'localhost'],
      ['localhost', 'evil.example'],
      ['localhost', 'localhost'],
    ]) {
      const answer = await call(`${first}\r\nHost: ${second}`, '/api/session');
      assert.deepEqual([answer.status, failureIn(answer).code], [400, 'VALIDATION_ERROR']);
    }
  });
});

describe('off loopback, the Host header', () => {
  it('must be that of BFF_PUBLIC_URL, and no loopback name', async () => {
    const variables = { HOST: '0.0.0.0', BFF_PUBLIC_URL: 'https://bff.example.com', BFF_TRUST_PROXY: '1' };
    await using bff = await startBffWith({ sandbox: uncalledPartner }, variables);
    const call = async (host: string, more: Record<string, string> = {}) =>
      (await rawRequest(bff.url, rawHead('/auth/methods', { Host: host, ...more }))).status;
    for (const host of [
      'bff.example.com',
      'BFF.example.COM',
      'bff.example.com:443',
      'bff.example.com.',
      'bff.example.com.:443',
    ])
      assert.equal(await call(host), 200, host);
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      '0.0.0.0',
      'bff.example.com.evil.example',
      'evil-bff.example.com',
      'bff.example.com:444',
      'bff.example.com:80',
      'bff.example.com..',
    ])
      assert.equal(await call(host), 403, host);
    // A proxy that is believed is believed about addresses, not about names.
    assert.equal(await call('localhost', { 'X-Forwarded-Host': 'bff.example.com' }), 403);
  });
});

describe('a Host header that is refused', () => {
  const variables = { HOST: '0.0.0.0', BFF_PUBLIC_URL: 'https://bff.example.com', BFF_TRUST_PROXY: '1' };

  async function refused(bff: TestBff, headers: Record<string, string>): Promise<string> {
    const answer = await rawRequest(bff.url, rawHead('/auth/methods', headers));
    assert.equal(answer.status, 403);
    return failureIn(answer).message;
  }

  it('behind a proxy is told that the proxy must pass it on', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, variables);
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-IP', 'Forwarded', 'Via'])
      assert.match(
        await refused(bff, { Host: '127.0.0.1:8787', [name]: '192.0.2.1' }),
        /proxy .*pass on the Host header .*proxy_set_header Host \$host/,
      );
    assert.doesNotMatch(await refused(bff, { Host: '127.0.0.1:8787' }), /proxy/);
  });

  it('is named in the log, and never in full where it could be anything', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, variables);
    const seen = async (headers: Record<string, string>) => {
      const before = bff.logLines.length;
      await refused(bff, headers);
      return JSON.parse(String(bff.logLines.slice(before).find((line) => line.includes('HOST_NOT_ALLOWED'))))
        .host;
    };
    assert.equal(await seen({ Host: 'bff_backend:8787' }), 'bff_backend:8787');
    assert.equal(await seen({ Host: '10.0.0.7' }), '10.0.0.7');
    assert.equal(await seen({ Host: '' }), '(none)');
    assert.equal(await seen({ Host: 'a"b{c} <script>' }), 'a?b?c???script?');
    assert.equal((await seen({ Host: 'x'.repeat(5_000) })).length, 100);
    const authorization = `Bearer ${bff.accessKey}`;
    for (const host of [bff.accessKey, `${bff.accessKey}.example`])
      for (const headers of [{ Host: host }, { Host: host, Authorization: authorization }])
        assert.doesNotMatch(await seen(headers), /an-access-key/);
    assert.equal(await seen({ Host: 'my-chosen-key', Authorization: 'Bearer my-chosen-key' }), '[redacted]');
  });
});
