import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { failureIn, startBffWith, type TestBff } from '../support/bff/test-bff.ts';
import { type FaultServer, pong, startFaultServer, tokenReply } from '../support/partner/fault-server.ts';
import { samples } from '../support/requests/write-samples.ts';

type Bytes = string | Buffer;
/** What a server sends: at once, or when a part of the request has arrived. */
type Script = { atOnce?: Bytes; answer?: Bytes; ends?: boolean };

const user = JSON.stringify(samples.createUser.least);
const created = JSON.stringify({ user: { userId: 'usr_1', name: 'Zoë' } });

/** A server that sends raw bytes, and counts the connections and requests that arrive. */
async function startRawServer() {
  let script: Script = {};
  const seen = { connections: 0, requests: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    if (script.atOnce !== undefined) socket.write(script.atOnce);
    socket.once('data', () => {
      seen.requests += 1;
      if (script.answer !== undefined) socket.write(script.answer);
      if (script.ends) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    from(next: Script) {
      script = next;
      seen.connections = 0;
      seen.requests = 0;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const http = (head: string, body: Bytes) =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${head}\r\n`,
    ),
    Buffer.from(body),
  ]);
const json = (head: string, body: Bytes = JSON.stringify(pong)) =>
  http(`Content-Type: application/json${head}\r\n`, body);

describe('an API with unusual answers', () => {
  let auth: FaultServer;
  let api: Awaited<ReturnType<typeof startRawServer>>;
  let bff: TestBff;
  before(async () => {
    auth = await startFaultServer();
    api = await startRawServer();
    bff = await startBffWith(
      { sandbox: { authUrl: auth.authUrl, apiUrl: api.url } },
      { RATE_LIMIT_PER_MINUTE: '1000000', PARTNER_TIMEOUT_MS: '2000' },
    );
  });
  after(async () => {
    await bff.stop();
    await Promise.all([api.stop(), auth.stop()]);
  });

  const ping = () => bff.call('/api/environments/sandbox/ping');
  const create = () =>
    bff.call('/api/environments/sandbox/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: user,
    });

  const bom = Buffer.from([0xef, 0xbb, 0xbf]);
  const read: [what: string, answer: (body: string) => Buffer][] = [
    ['gzip that was not requested', (body) => json('\r\nContent-Encoding: gzip', gzipSync(body))],
    ['deflate', (body) => json('\r\nContent-Encoding: deflate', deflateSync(body))],
    ['brotli', (body) => json('\r\nContent-Encoding: br', brotliCompressSync(body))],
    [
      'gzip twice, in two headers',
      (body) => json('\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip', gzipSync(gzipSync(body))),
    ],
    ['a content encoding that it has not applied', (body) => json('\r\nContent-Encoding: gzip', body)],
    ['a byte order mark', (body) => json('', Buffer.concat([bom, Buffer.from(body)]))],
    ['UTF-16', (body) => json('; charset=utf-16', Buffer.from(`\ufeff${body}`, 'utf16le'))],
    ['Latin-1', (body) => json('; charset=ISO-8859-1', Buffer.from(body, 'latin1'))],
    ['blanks around its JSON', (body) => json('', `\r\n\t ${body} \n`)],
    [
      'early hints before the answer',
      (body) =>
        Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'), json('', body)]),
    ],
    [
      'no reason phrase in the first line',
      (body) => Buffer.from(json('', body).toString('latin1').replace('200 OK', '200'), 'latin1'),
    ],
  ];
  for (const [what, answer] of read) {
    it(`is understood with ${what}`, async () => {
      api.from({ answer: answer(JSON.stringify(pong)) });
      const pinged = await ping();
      assert.equal(pinged.status, 200, pinged.text);
      api.from({ answer: answer(created) });
      const answered = await create();
      assert.equal(answered.status, 200, answered.text);
      assert.match(answered.text, /"name":"Zoë"/);
    });
  }

  it('is asked for an uncompressed body', async () => {
    await using partner = await startFaultServer();
    await using other = await startBffWith({ sandbox: partner });
    assert.equal((await other.call('/api/environments/sandbox/ping')).status, 200);
    assert.equal(partner.api.arrivals.at(-1)?.headers['accept-encoding'], 'identity');
    assert.equal(partner.auth.arrivals.at(-1)?.headers['accept-encoding'], 'identity');
  });

  it('is understood if the body is blank, for an operation whose answer may have any form', async () => {
    for (const blanks of [' ', '\r\n', ' \t\n '.repeat(50)]) {
      api.from({ answer: json('', blanks) });
      const answer = await create();
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /"result":null/);
    }
  });

  const unreadable: [what: string, answer: Buffer, words: RegExp][] = [
    [
      'a decompression bomb',
      json('\r\nContent-Encoding: gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))),
      /larger than .* after decompression/,
    ],
    [
      'an unknown content encoding',
      json('\r\nContent-Encoding: snappy', 'xx'),
      /content encoding that the BFF does not know/,
    ],
    [
      'a hundred thousand wrong fields',
      json('', JSON.stringify({ ...pong, scopes: Array(100_000).fill(1) })),
      /at: scopes\.0, scopes\.1, scopes\.2, scopes\.3, scopes\.4\.$/,
    ],
  ];
  for (const [what, answer, words] of unreadable) {
    it(`fails with a message that names the cause: ${what}`, async () => {
      api.from({ answer });
      const failure = failureIn(await ping());
      assert.equal(failure.code, 'PARTNER_BAD_RESPONSE');
      assert.match(failure.message, words);
    });
  }

  it('can refuse a write even if the body of the refusal cannot be read', async () => {
    const answer = json('\r\nContent-Encoding: snappy', 'xx')
      .toString('latin1')
      .replace('200 OK', '409 Conflict');
    api.from({ answer });
    const failure = failureIn(await create());
    assert.deepEqual([failure.code, failure.outcome], ['CONFLICT', 'refused']);
  });

  const none: [what: string, script: Script][] = [
    ['an SSH banner', { atOnce: 'SSH-2.0-OpenSSH_9.6\r\n' }],
    ['the greeting of a mail server', { atOnce: '220 mail.example.com ESMTP\r\n' }],
    ['an SSH banner after the request', { answer: 'SSH-2.0-OpenSSH_9.6\r\n', ends: true }],
    ['TLS', { answer: Buffer.from([0x15, 3, 3, 0, 2, 2, 70]), ends: true }],
    ['HTTP/2', { atOnce: Buffer.from('0000120400000000000003000000640004400000000002000000', 'hex') }],
    ['HTTP/0.9', { answer: '<html>Hello</html>', ends: true }],
    ['an unknown version of HTTP', { answer: 'HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}' }],
    ['two lengths', { answer: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}' }],
    ['an invalid header', { answer: 'HTTP/1.1 200 OK\r\nFoo Bar: 2\r\nContent-Length: 2\r\n\r\n{}' }],
    ['invalid chunks', { answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n' }],
    ['zero bytes', { answer: Buffer.alloc(100) }],
    ['a status below 100', { answer: 'HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}' }],
  ];
  for (const [what, script] of none) {
    it(`is reported as not valid HTTP if it sends ${what}, and a read is not sent twice`, async () => {
      api.from(script);
      const failure = failureIn(await ping());
      assert.equal(failure.code, 'PARTNER_BAD_RESPONSE', failure.message);
      assert.match(failure.message, /not valid HTTP/);
      assert.equal(api.seen.connections, 1);
      api.from(script);
      const written = failureIn(await create());
      assert.deepEqual([written.code, written.outcome], ['PARTNER_BAD_RESPONSE', 'unknown']);
      assert.equal(api.seen.connections, 1);
    });
  }

  it('is reported if it sends a 100 or a 101 that the BFF did not ask for', async () => {
    for (const [interim, words] of [
      ['HTTP/1.1 100 Continue\r\n\r\n', /100 Continue/],
      [
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
        /101 Switching Protocols/,
      ],
    ] as const) {
      const answer = Buffer.concat([Buffer.from(interim), json('', created)]);
      api.from({ answer });
      const failure = failureIn(await create());
      assert.deepEqual([failure.code, failure.outcome], ['PARTNER_BAD_RESPONSE', 'unknown']);
      assert.match(failure.message, words);
      assert.match(failure.message, /had not asked for it/);
      api.from({ answer });
      assert.match(failureIn(await ping()).message, words);
      assert.equal(api.seen.connections, 1);
    }
  });

  it('is reported as not speaking TLS if the BFF expects TLS, and nothing was sent', async () => {
    api.from({ answer: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', ends: true });
    await using tls = await startBffWith({
      sandbox: { authUrl: auth.authUrl, apiUrl: api.url.replace('http:', 'https:') },
    });
    const answer = await tls.call('/api/environments/sandbox/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: user,
    });
    const failure = failureIn(answer);
    assert.deepEqual([failure.code, failure.outcome], ['PARTNER_UNREACHABLE', 'not_sent']);
    assert.match(failure.message, /does not speak TLS/);
  });
});

describe('a token endpoint with unusual answers', () => {
  const page = { headers: { 'content-type': 'text/html' }, body: '<html>canary</html>' };
  const token = JSON.stringify(tokenReply('a-token-for-tests').body);
  const type = 'application/json';

  async function pingWith(reply: Parameters<FaultServer['auth']['always']>[0], path = '') {
    await using partner = await startFaultServer();
    partner.auth.always(reply);
    await using bff = await startBffWith({
      sandbox: { authUrl: partner.authUrl + path, apiUrl: partner.apiUrl },
    });
    return await bff.call('/api/environments/sandbox/ping');
  }

  const told: [what: string, reply: object, words: RegExp][] = [
    ['a 404', { ...page, status: 404 }, /status 404 .*check the auth URL/],
    ['a 405', { ...page, status: 405 }, /status 405 .*check the auth URL/],
    ['the page of a firewall', { ...page, status: 403 }, /status 403 .*firewall/],
    [
      'a redirect',
      { status: 302, headers: { location: '/login' }, body: '' },
      /status 302 .*redirects.*sign-in page/,
    ],
    [
      'a 401 with a page',
      { ...page, status: 401 },
      /status 401 .*client id or secret may be wrong, or a proxy/,
    ],
    [
      'a 401 with a page and a challenge',
      { ...page, status: 401, headers: { ...page.headers, 'www-authenticate': 'Basic realm="canary"' } },
      /status 401 .*proxy/,
    ],
    ['a page', page, /content type that is not JSON/],
  ];
  for (const [what, reply, words] of told) {
    it(`fails with a message that has its status and the likely cause if it sends ${what}`, async () => {
      const failure = failureIn(await pingWith(reply));
      assert.equal(failure.code, 'AUTH_BAD_RESPONSE');
      assert.match(failure.message, words);
      assert.doesNotMatch(failure.message, /canary/);
    });
  }

  it('is reported as a likely mistake in the auth URL if that already contains the endpoint’s path', async () => {
    for (const path of ['/oauth2/token', '/oauth2', '/tenant/oauth2/token']) {
      const failure = failureIn(await pingWith({ ...page, status: 404 }, path));
      assert.match(failure.message, /status 404 .*adds \/oauth2\/token to it/);
      assert(failure.message.includes(`contains ${path}`), failure.message);
    }
  });

  const read: [what: string, headers: Record<string, string>, body: Buffer][] = [
    ['gzip', { 'content-type': type, 'content-encoding': 'gzip' }, gzipSync(token)],
    [
      'a byte order mark',
      { 'content-type': type },
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(token)]),
    ],
    ['UTF-16', { 'content-type': `${type}; charset=utf-16le` }, Buffer.from(token, 'utf16le')],
    ['blanks', { 'content-type': type }, Buffer.from(`\n ${token}\r\n`)],
  ];
  for (const [what, headers, body] of read) {
    it(`is understood with ${what}`, async () => {
      await using partner = await startFaultServer();
      await using raw = await startRawServer();
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      raw.from({ answer: http(lines.join(''), body) });
      await using bff = await startBffWith({ sandbox: { authUrl: raw.url, apiUrl: partner.apiUrl } });
      const answer = await bff.call('/api/environments/sandbox/ping');
      assert.equal(answer.status, 200, answer.text);
    });
  }

  for (const [what, script, words] of [
    ['no HTTP', { atOnce: 'SSH-2.0-OpenSSH_9.6\r\n' }, /not valid HTTP/],
    ['a 100 that nobody asked for', { answer: 'HTTP/1.1 100 Continue\r\n\r\n' }, /begins with a 100/],
    [
      'headers of 17 KB',
      { answer: http(`X: ${'x'.repeat(17_000)}\r\n`, token) },
      /headers larger than 16 KB/,
    ],
    ['two lengths', { answer: http('Content-Length: 1\r\n', token) }, /not valid HTTP/],
    ['a status below 100', { answer: 'HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}' }, /not valid HTTP/],
    [
      'invalid chunks',
      { answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n' },
      /not valid HTTP/,
    ],
  ] as const) {
    it(`fails with a message that names the cause if it sends ${what}`, async () => {
      await using partner = await startFaultServer();
      await using raw = await startRawServer();
      raw.from(script);
      await using bff = await startBffWith({ sandbox: { authUrl: raw.url, apiUrl: partner.apiUrl } });
      const failure = failureIn(await bff.call('/api/environments/sandbox/ping'));
      assert.equal(failure.code, 'AUTH_BAD_RESPONSE');
      assert.match(failure.message, words);
    });
  }
});
