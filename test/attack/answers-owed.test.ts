import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startBffWith, type TestBff } from '../support/bff/test-bff.ts';
import { rawRequest } from '../support/network/raw-http.ts';
import { type FaultServer, startFaultServer } from '../support/partner/fault-server.ts';
import { samples } from '../support/requests/write-samples.ts';

const user = JSON.stringify(samples.createUser.least);

describe('an answer that the BFF owes', { timeout: 30_000 }, () => {
  let partner: FaultServer;
  let bff: TestBff;

  before(async () => {
    partner = await startFaultServer();
    bff = await startBffWith({ sandbox: partner });
  });
  after(async () => {
    await bff.stop();
    await partner.stop();
  });
  beforeEach(() => partner.api.always({ status: 201, body: { user: { userId: 'usr_1' } }, delayMs: 50 }));

  const requestOf = (method: string, path: string, headers: string[] = [], body = '') =>
    [
      `${method} ${path} HTTP/1.1`,
      `Host: ${new URL(bff.url).host}`,
      `Authorization: Bearer ${bff.accessKey}`,
      ...headers,
      '',
      body,
    ].join('\r\n');
  const write = (...headers: string[]) =>
    requestOf(
      'POST',
      '/api/environments/sandbox/users',
      ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(user)}`, ...headers],
      user,
    );

  for (const [what, bytes] of [
    ['that is not HTTP', () => `${write()}}\r\n\r\n`],
    ['that comes after a request to close the connection', () => `${write('Connection: close')} }`],
    ['that comes as several pieces', () => `${write()}}}}}${'x'.repeat(300_000)}`],
    [
      'of a request whose headers are too large',
      () => write() + requestOf('GET', '/', [`X: ${'x'.repeat(20_000)}`]),
    ],
    [
      'of a request for a tunnel',
      () => `${write()}CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n`,
    ],
    [
      'of a write with a body that is not valid',
      () =>
        write() +
        requestOf(
          'POST',
          '/api/environments/sandbox/users',
          ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
          'no length\r\n',
        ),
    ],
  ] as const) {
    it(`comes first, whatever follows its request: something ${what}`, async () => {
      const before = partner.api.arrivals.length;
      const { status, text } = await rawRequest(bff.url, bytes());
      assert.equal(partner.api.arrivals.length, before + 1);
      assert.equal(status, 201, text);
      assert(text.includes('usr_1'), text);
      assert.doesNotMatch(text, /HTTP\/1\.1/);
    });
  }

  it('is whole, however much of it has left when something follows that is not HTTP', async () => {
    const large = { user: { userId: 'usr_1', padding: 'x'.repeat(900_000) } };
    partner.api.always({ status: 201, body: large });
    const { status, headers, text } = await rawRequest(bff.url, `${write()}}\r\n\r\n`);
    assert.equal(status, 201);
    const length = Number(headers.get('content-length'));
    assert.deepEqual(JSON.parse(text.slice(0, length)).result, large);
  });
});
