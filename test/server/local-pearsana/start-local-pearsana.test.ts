import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { type Arrival, recordArrival } from '../../../server/local-pearsana/arrivals.ts';
import {
  type LocalPearsana,
  startLocalPearsana,
} from '../../../server/local-pearsana/start-local-pearsana.ts';
import { callApi, postJson, postToken, tokenFor } from './call-local-pearsana.ts';

const portOf = (url: string) => Number(new URL(url).port);

async function withPearsana(use: (pearsana: LocalPearsana) => Promise<void>): Promise<void> {
  await using pearsana = await startLocalPearsana();
  await use(pearsana);
}

describe('starting and stopping the local Pearsana', () => {
  // This comes first, since oidc-provider prints each of its notices only once in a process.
  it('prints nothing, whatever it is asked', async (t) => {
    const consoles = (['log', 'info', 'warn', 'error'] as const).map((name) =>
      t.mock.method(console, name, () => {}),
    );
    await withPearsana(async (pearsana) => {
      await callApi(pearsana, 'GET', '/ping', {
        headers: { Authorization: `Bearer ${await tokenFor(pearsana)}` },
      });
      await postToken(pearsana, { client_secret: 'wrong' }, { Accept: 'text/html' });
      await postToken(pearsana, {}, { Origin: 'http://example.com' });
      const aborted = connect(portOf(pearsana.authUrl), '127.0.0.1');
      aborted.write(
        'POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n' +
          'Content-Type: application/x-www-form-urlencoded\r\n\r\nabc',
      );
      // A whole exchange on another connection gives the server time to see the first half, and then its end.
      await postToken(pearsana, {});
      aborted.destroy();
      await postToken(pearsana, {});
    });
    assert.deepEqual(
      consoles.flatMap((one) => one.mock.calls.map((call) => call.arguments)),
      [],
    );
  });

  it('takes two free ports of 127.0.0.1, or those it is given', async () => {
    let ports = { authPort: 0, apiPort: 0 };
    await withPearsana(async ({ authUrl, apiUrl }) => {
      assert.match(authUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.match(apiUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.notEqual(authUrl, apiUrl);
      ports = { authPort: portOf(authUrl), apiPort: portOf(apiUrl) };
    });
    const again = await startLocalPearsana(ports);
    await again.stop();
    assert.deepEqual({ authPort: portOf(again.authUrl), apiPort: portOf(again.apiUrl) }, ports);
  });

  it('uses the credentials it is given', async () => {
    await using pearsana = await startLocalPearsana({ clientId: 'given', clientSecret: 'given-secret' });
    assert.equal(pearsana.clientId, 'given');
    const form = { client_id: 'given', client_secret: 'given-secret' };
    assert.equal((await postToken(pearsana, form)).status, 200);
  });

  it('fails, and leaves no server behind, when a port is taken', async () => {
    await withPearsana(async (first) => {
      let authPort = 0;
      await withPearsana(async ({ authUrl }) => {
        authPort = portOf(authUrl);
      });
      const taken = { authPort, apiPort: portOf(first.apiUrl) };
      await assert.rejects(startLocalPearsana(taken), { code: 'EADDRINUSE' });
      const socket = connect(authPort, '127.0.0.1');
      await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' });
    });
  });

  it('cuts every connection when it stops, and may be stopped again', { timeout: 4_000 }, async () => {
    const pearsana = await startLocalPearsana();
    const idle = connect(portOf(pearsana.apiUrl), '127.0.0.1');
    const busy = connect(portOf(pearsana.apiUrl), '127.0.0.1');
    idle.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    busy.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea');
    await Promise.all([once(idle, 'data'), once(busy, 'data')]);
    await Promise.all([once(idle, 'close'), once(busy, 'close'), pearsana.stop()]);
    await pearsana.stop();
    await assert.rejects(callApi(pearsana, 'GET', '/health'));
  });
});

describe('the arrivals of the local Pearsana', () => {
  it('tell what came, newest last, and what it was answered with', async () => {
    await withPearsana(async (pearsana) => {
      const headers = { 'X-Request-Id': 'first' };
      await callApi(pearsana, 'POST', '/v1/users?a=b', { headers, body: '{}' });
      const { headers: answered } = await postJson(pearsana, await tokenFor(pearsana), '/v1/users', { a: 1 });
      const common = { method: 'POST', path: '/v1/users' };
      assert.deepEqual(pearsana.arrivals, [
        { ...common, requestId: 'first', authenticated: false, body: undefined, status: 401 },
        {
          ...common,
          requestId: answered.get('x-request-id'),
          authenticated: true,
          body: { a: 1 },
          status: 400,
        },
      ]);
    });
  });

  it('are the last 1,000', () => {
    const arrivals: Arrival[] = [];
    for (let sent = 0; sent < 1_010; sent += 1) {
      recordArrival(arrivals, { method: 'GET', path: '/health', requestId: `request-${sent}` });
    }
    assert.equal(arrivals.length, 1_000);
    assert.equal(arrivals[0]?.requestId, 'request-10');
    assert.equal(arrivals.at(-1)?.requestId, 'request-1009');
  });
});
