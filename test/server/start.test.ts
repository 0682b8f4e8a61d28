import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { failureIn, startBffWith } from '../support/bff/test-bff.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { until } from '../support/until.ts';

const ping = '/api/environments/sandbox/ping';
const nobody = { authUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' };

describe('starting', () => {
  it('on a port that is taken fails with the system’s error', async () => {
    const other = createServer().listen(await freePort(), '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert(typeof address === 'object' && address);
    await assert.rejects(startBffWith({ sandbox: nobody }, { PORT: String(address.port) }), {
      code: 'EADDRINUSE',
    });
    other.close();
  });
});

describe('a caller who goes away', () => {
  it('ends the wait for Pearsana, and is noted as such', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    partner.api.next({ fault: 'hang' });
    const socket = connect(Number(new URL(bff.url).port), '127.0.0.1');
    socket.write(`GET ${ping} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bff.accessKey}\r\n\r\n`);
    await until('a ping', () => partner.api.count('/ping') > 0);
    socket.destroy();
    await until('a log line', () => bff.logLines.some((line) => line.includes('went away')));
    const line: Record<string, unknown> = JSON.parse(bff.logLines.at(-1) ?? '');
    assert.deepEqual([line.status, line.operation, line.environment], [null, 'ping', 'sandbox']);
    // The token that was fetched for it serves the next one.
    assert.equal((await bff.call(ping)).status, 200);
    assert.equal(partner.auth.arrivals.length, 1);
  });

  it('while a token is fetched fails nobody else who waits for it', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner });
    partner.auth.next({ delayMs: 100, body: { access_token: 'late', token_type: 'Bearer', expires_in: 60 } });
    const socket = connect(Number(new URL(bff.url).port), '127.0.0.1');
    socket.write(`GET ${ping} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bff.accessKey}\r\n\r\n`);
    await until('a token request', () => partner.auth.arrivals.length > 0);
    const other = bff.call(ping);
    socket.destroy();
    assert.equal((await other).status, 200);
    assert.equal(partner.auth.arrivals.length, 1);
  });
});

describe('what nobody foresaw', () => {
  it('is answered as INTERNAL and logged, both without its words', async () => {
    await using bff = await startBffWith({ sandbox: { ...nobody } });
    // The one part that can be broken from outside: the configuration's own object.
    const [sandbox] = bff.running.environments;
    assert(sandbox);
    Object.defineProperty(sandbox, 'apiUrl', {
      get: () => {
        throw new Error('canary');
      },
    });
    const answer = await bff.call('/api/environments/sandbox/health');
    const { code, retryable, message } = failureIn(answer);
    assert.deepEqual([answer.status, code, retryable], [500, 'INTERNAL', false]);
    assert.match(message, /^Unexpected error in the BFF/);
    const line = bff.logLines.find((each) => each.includes('unexpected error')) ?? '';
    assert.match(line, /call-partner\.ts/);
    assert.doesNotMatch(answer.text + bff.logLines.join(''), /canary/);
  });
});
