import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import { neverConnected } from '../../shared/never-connected.ts';
import { makeCertificate, startHttps } from '../support/network/https.ts';
import { samples } from '../support/requests/write-samples.ts';

async function outcomeAt(baseUrl: string): Promise<string | undefined> {
  const call = createClient({ baseUrl }).createUser({
    environment: 'sandbox',
    request: samples.createUser.least,
  });
  const error = await call.catch((thrown: unknown) => thrown);
  assert(error instanceof ClientError, String(error));
  assert.equal(error.reason, 'unreachable');
  return error.outcome;
}

/** A server of our own, which does this with each connection. */
async function listen(handle: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a write that could not reach the BFF', () => {
  it('was not sent if nothing listens, under one address or several', async () => {
    const port = await freePort();
    assert.equal(await outcomeAt(`http://127.0.0.1:${port}`), 'not_sent');
    assert.equal(await outcomeAt(`http://localhost:${port}`), 'not_sent');
  });

  it('was not sent if the BFF’s certificate is not trusted', async () => {
    await using certificate = await makeCertificate();
    let arrived = 0;
    await using server = await startHttps(certificate, () => {
      arrived += 1;
    });
    assert.equal(await outcomeAt(`https://127.0.0.1:${server.port}`), 'not_sent');
    assert.equal(arrived, 0);
  });

  it('was not sent if the TLS handshake failed', async () => {
    await using closing = await listen((socket) => socket.end());
    assert.equal(await outcomeAt(`https://127.0.0.1:${closing.port}`), 'not_sent');
  });

  it('may have been sent if plain text comes in place of TLS: a proxy may do that at any time', async () => {
    await using plain = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')),
    );
    assert.equal(await outcomeAt(`https://127.0.0.1:${plain.port}`), 'unknown');
  });

  it('may have been sent if the connection ended later', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      await using server = await listen((socket) => socket.once('data', () => end(socket)));
      assert.equal(await outcomeAt(`http://127.0.0.1:${server.port}`), 'unknown');
    }
    await using certificate = await makeCertificate();
    await using server = await startHttps(certificate, ({ socket }) => socket.destroy());
    const trusting = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      assert.equal(await outcomeAt(`https://127.0.0.1:${server.port}`), 'unknown');
    } finally {
      if (trusting === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = trusting;
    }
  });
});

describe('an error of fetch', () => {
  const coded = (code: string | undefined, message = '') => Object.assign(new Error(message), { code });
  const failed = (cause: unknown) => new TypeError('fetch failed', { cause });

  for (const error of [
    coded('ENOTFOUND', 'getaddrinfo ENOTFOUND bff.example.com'),
    coded('EAI_AGAIN', 'getaddrinfo EAI_AGAIN bff.example.com'),
    coded('EHOSTUNREACH', 'connect EHOSTUNREACH 192.0.2.1:443'),
    coded('UND_ERR_CONNECT_TIMEOUT'),
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    coded('SELF_SIGNED_CERT_IN_CHAIN'),
    coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
    coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:443')]),
  ])
    it(`says that there was no connection: ${error.message || String(Reflect.get(error, 'code'))}`, () => {
      assert.equal(neverConnected(failed(error)), true);
      // Some programs have a fetch that does not wrap it.
      assert.equal(neverConnected(error), true);
    });

  for (const error of [
    coded('ECONNRESET', 'read ECONNRESET'),
    coded('EPIPE', 'write EPIPE'),
    coded('ETIMEDOUT', 'read ETIMEDOUT'),
    coded('EHOSTUNREACH', 'read EHOSTUNREACH'),
    coded('UND_ERR_SOCKET', 'other side closed'),
    coded('UND_ERR_HEADERS_TIMEOUT'),
    // With TLS 1.3 it comes after the handshake, when the request may have left.
    coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
    new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET', 'read ECONNRESET')]),
    coded(undefined, 'Failed to fetch'),
    'ECONNREFUSED',
    null,
    undefined,
  ])
    it(`does not say so: ${error instanceof Error ? error.message || String(Reflect.get(error, 'code')) : error}`, () => {
      assert.equal(neverConnected(failed(error)), false);
      assert.equal(neverConnected(error), false);
    });
});
