import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { type Answer, failureIn, startBffWith, type TestBff } from '../../support/test-bff.ts';

const partner = { authUrl: 'https://auth.example.com', apiUrl: 'https://api.example.com' };
const session = (bff: TestBff, authorization?: string) =>
  bff.get('/api/session', authorization === undefined ? {} : { headers: { authorization } });
const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

function assertRefused(answer: Answer, message: RegExp): void {
  const { code, message: words, retryable } = failureIn(answer);
  assert.deepEqual([answer.status, code, retryable], [429, 'RATE_LIMITED', true]);
  assert.match(words, message);
  const seconds = answer.headers.get('retry-after');
  assert.match(seconds ?? '', /^[1-9]\d?$/);
  assert.match(words, new RegExp(`again in ${seconds} s`));
}

describe('the limit of each caller', () => {
  it('is told by draft-8 headers, and then by 429 with Retry-After', async () => {
    await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_PER_MINUTE: '3' });
    for (const left of [2, 1, 0]) {
      const { status, headers } = await session(bff);
      assert.equal(status, 200);
      assert.match(headers.get('ratelimit-policy') ?? '', /^"per-caller"; q=3; w=60/);
      assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"per-caller"; r=${left}; t=\\d+`));
      assert.equal(headers.get('x-ratelimit-limit'), null);
      assert.equal(headers.get('retry-after'), null);
    }
    assertRefused(await session(bff), /^More than 3 requests in a minute/);
    assertRefused(await bff.get('/api/environments/sandbox/ping'), /^More than 3/);
    assert.equal((await bff.get('/livez')).status, 200);
  });

  it('is not used up by those who are nobody', async () => {
    await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_PER_MINUTE: '3' });
    for (let call = 0; call < 10; call += 1) assert.equal((await session(bff, 'Bearer wrong')).status, 401);
    assert.deepEqual(statuses([await session(bff), await session(bff), await session(bff)]), [200, 200, 200]);
  });
});

describe('the limit on wrong keys', () => {
  it('refuses the 21st of a minute, and then the right one as well', async () => {
    await using bff = await startBffWith({ sandbox: partner });
    for (let wrong = 1; wrong <= 20; wrong += 1) {
      const answer = await session(bff, `Bearer wrong-${wrong}`);
      assert.deepEqual([wrong, answer.status, failureIn(answer).code], [wrong, 401, 'UNAUTHORIZED']);
    }
    assertRefused(await session(bff, 'Bearer wrong-21'), /^Too many wrong access keys from this address/);
    // Else a guesser would learn which key is the right one.
    assertRefused(await session(bff), /^Too many wrong access keys/);
  });

  it('lets at most 20 of a crowd of guesses be looked at', async () => {
    await using bff = await startBffWith({ sandbox: partner });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, each) => session(bff, `Bearer wrong-${each}`)),
    );
    assert.equal(statuses(answers).filter((status) => status === 401).length, 20);
    assert.equal(statuses(answers).filter((status) => status === 429).length, 80);
  });

  it('does not count good keys, missing keys, or what is wrong otherwise', async () => {
    await using bff = await startBffWith({ sandbox: partner });
    for (let call = 0; call < 25; call += 1) {
      assert.equal((await session(bff, '')).status, 401);
      assert.equal((await bff.get('/api/nothing')).status, 404);
    }
    assert.equal((await session(bff)).status, 200);
  });

  it('never refuses a stampede of good callers, nor counts it against them', async () => {
    await using faults: FaultServer = await startFaultServer();
    const environment = { authUrl: faults.auth.url, apiUrl: faults.api.url };
    await using bff = await startBffWith({ sandbox: environment }, { RATE_LIMIT_PER_MINUTE: '1000' });
    // Nineteen wrong keys before it: one more would be refused, so a good call that counts even for a moment shows.
    for (let wrong = 0; wrong < 19; wrong += 1) await session(bff, 'Bearer wrong');
    const stampede = Array.from({ length: 300 }, () => bff.get('/api/environments/sandbox/ping'));
    assert.deepEqual([...new Set(statuses(await Promise.all(stampede)))], [200]);
    assert.equal(faults.auth.arrivals.length, 1);
    assert.equal(faults.api.count('/ping'), 300);
    assert.equal((await session(bff, 'Bearer wrong')).status, 401);
    assert.equal((await session(bff, 'Bearer wrong')).status, 429);
  });

  it('is for each address: another behind the same proxy is not refused', async () => {
    await using bff = await startBffWith({ sandbox: partner }, { BFF_TRUST_PROXY: '1' });
    const from = (address: string, authorization: string) =>
      bff.get('/api/session', { headers: { authorization, 'x-forwarded-for': address } });
    for (let wrong = 0; wrong < 20; wrong += 1) await from('192.0.2.1', 'Bearer wrong');
    assert.equal((await from('192.0.2.1', `Bearer ${bff.accessKey}`)).status, 429);
    assert.equal((await from('192.0.2.2', `Bearer ${bff.accessKey}`)).status, 200);
    // Only the last hop is believed: what stands before it anybody can write.
    assert.equal((await from('192.0.2.9, 192.0.2.1', `Bearer ${bff.accessKey}`)).status, 429);
  });

  it('believes no proxy unless told to', async () => {
    await using bff = await startBffWith({ sandbox: partner });
    for (let wrong = 0; wrong < 20; wrong += 1) {
      await bff.get('/api/session', {
        headers: { authorization: 'Bearer wrong', 'x-forwarded-for': `192.0.2.${wrong}` },
      });
    }
    assert.equal((await session(bff)).status, 429);
  });
});
