import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { startFaultServer } from '../../../support/partner/fault-server.ts';

test('a caller', async (t) => {
  await using partner = await startFaultServer();
  // A limit that nobody reaches, so that each failure has its own cause.
  await using bff = await startBffWith({ sandbox: partner });

  const call = (authorization: string, path = '/api/environments/sandbox/ping') =>
    bff.call(path, { headers: { authorization } });

  await t.test('without a key is told how to send one', async () => {
    const answer = await call('');
    const { code, message, source } = failureIn(answer);
    assert.deepEqual([answer.status, code, source], [401, 'UNAUTHORIZED', 'bff']);
    assert.match(message, /^An access key is missing. Send it in the header “Authorization: Bearer …”/);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  });

  // Fewer than twenty, after which the address would be refused.
  for (const [what, authorization] of [
    ['a wrong key', 'Bearer wrong'],
    ['the key by Basic', (key: string) => `Basic ${Buffer.from(`a:${key}`).toString('base64')}`],
    ['the key alone', (key: string) => key],
    ['an empty key', 'Bearer '],
    ['half of the key', (key: string) => `Bearer ${key.slice(0, -1)}`],
    ['the key and more', (key: string) => `Bearer ${key}x`],
    ['the key twice', (key: string) => `Bearer ${key} ${key}`],
    ['the key in other letters', (key: string) => `Bearer ${key.toUpperCase()}`],
    ['a very long key', `Bearer ${'x'.repeat(10_000)}`],
    ['the word for it', 'Bearer [redacted]'],
  ] as const) {
    await t.test(`with ${what} is refused, and does not see it again`, async () => {
      const sent = typeof authorization === 'string' ? authorization : authorization(bff.accessKey);
      const answer = await call(sent);
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [401, 'UNAUTHORIZED']);
      assert.match(message, /^The access key is not valid\. .*ask your BFF administrator/);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      assert.doesNotMatch(answer.text, /wrong|xxx|an-access-key/);
    });
  }

  await t.test('learns nothing of what is there without a key', async () => {
    for (const path of ['/api/nothing', '/api/environments/nowhere/ping', '/api', '/api/session?key=a']) {
      assert.equal((await call('', path)).status, 401, path);
    }
  });

  await t.test('cannot put the key into the address', async () => {
    assert.equal(
      (await call('', `/api/session?access_token=${bff.accessKey}&key=${bff.accessKey}`)).status,
      401,
    );
  });

  await t.test('with the key in small letters or with two spaces is let in', async () => {
    for (const sent of [`bearer ${bff.accessKey}`, `Bearer  ${bff.accessKey}`]) {
      assert.equal((await call(sent, '/api/session')).status, 200);
    }
  });

  await t.test('who was refused caused no request to anybody', () => {
    assert.deepEqual([partner.auth.arrivals, partner.api.arrivals], [[], []]);
  });
});
