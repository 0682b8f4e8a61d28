import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Agent, fetch } from 'undici';
import { freePort } from '../../scripts/free-port.ts';
import { discardUnreadBodies } from '../../server/http/unread-bodies.ts';
import { createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import { startBffWith } from '../support/bff/test-bff.ts';
import { uncalledPartner } from '../support/partner/partner-variables.ts';
import { samples } from '../support/requests/write-samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const path = '/api/environments/sandbox/documents';
const large = Buffer.alloc(2_500_000, ' ');

/**
 * Sends half of the bytes, waits for the answer, sends the rest, and gives the answer. It fails if the connection is reset,
 * because a proxy that is still sending would fail too.
 */
async function exchange(url: string, bytes: Uint8Array[]): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  const answered = once(socket, 'data');
  const answer = text(socket.setEncoding('utf8'));
  const write = promisify((each: Uint8Array, done: (error?: Error | null) => void) =>
    socket.write(each, done),
  );
  try {
    const half = bytes.length / 2;
    for (const [index, each] of bytes.entries()) {
      if (index === Math.floor(half)) await answered;
      await write(each);
    }
    return await answer;
  } finally {
    socket.destroy();
  }
}

function head(version: string, headers: Record<string, string>, target = path, method = 'POST'): Buffer {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[`${method} ${target} HTTP/${version}`, ...lines].join('\r\n')}\r\n\r\n`);
}

/** Splits bytes into pieces, so that the answer comes before most of them are sent. */
function pieces(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / 16_384) }, (_, at) =>
    bytes.subarray(at * 16_384, (at + 1) * 16_384),
  );
}

test('a large body that is refused', async (t) => {
  await using bff = await startBffWith({ sandbox: uncalledPartner }, { RATE_LIMIT_PER_MINUTE: '10000' });

  const wrong = { Authorization: 'Bearer wrong', 'Content-Type': 'application/json' };
  const right = () => ({ ...wrong, Authorization: `Bearer ${bff.accessKey}` });
  const length = { 'Content-Length': String(large.byteLength) };

  await t.test('for a wrong key is answered each time, over HTTP/1.0 and 1.1', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      for (const [version, more] of [
        ['1.0', {}],
        ['1.1', { Connection: 'close' }],
      ] as const) {
        const answer = await exchange(bff.url, [
          head(version, { ...wrong, ...length, ...more }),
          ...pieces(large),
        ]);
        assert.match(answer, /^HTTP\/1\.1 (401|429) [\s\S]*"requestId"/);
      }
    }
  });

  await t.test('leaves a kept connection usable: the next request over it is answered', async () => {
    const next = head('1.1', { Connection: 'close' }, '/livez', 'GET');
    const chunked = [
      ...pieces(large).map((piece) => `${piece.byteLength.toString(16)}\r\n${piece}\r\n`),
      '0\r\n\r\n',
    ];
    for (const bytes of [
      [head('1.1', { ...wrong, ...length }), ...pieces(large), next],
      [
        head('1.1', { ...wrong, 'Transfer-Encoding': 'chunked' }),
        ...chunked.map((each) => Buffer.from(each)),
        next,
      ],
    ]) {
      const answer = await exchange(bff.url, bytes);
      assert.match(answer, /^HTTP\/1\.1 (401|429) [\s\S]*HTTP\/1\.1 200 OK[\s\S]*{"status":"ok",[^}]*}$/);
    }
  });

  await t.test('because a document is too large gives 413 to every client', async () => {
    const tooLarge = Buffer.alloc(16_000_000, ' ');
    for (let turn = 0; turn < 5; turn += 1) {
      for (const version of ['1.0', '1.1']) {
        const headers = { ...right(), 'Content-Length': String(tooLarge.byteLength) };
        assert.match(
          await exchange(bff.url, [head(version, headers), ...pieces(tooLarge)]),
          /^HTTP\/1\.1 413 /,
        );
      }
    }
    const request = { ...samples.submitDocument.least, file: 'A'.repeat(20_000_000) };
    const dispatcher = new Agent();
    const client = createClient({
      baseUrl: bff.url,
      accessKey: bff.accessKey,
      fetch: ((url: string, init: object) => fetch(url, { ...init, dispatcher })) as never,
    });
    for (let turn = 0; turn < 8; turn += 1) {
      const outcome = await client
        .submitDocument({ environment: 'sandbox', request })
        .catch((error: unknown) => error);
      assert(outcome instanceof ClientError, String(outcome));
      assert.deepEqual([outcome.reason, outcome.failure?.code], ['refused', 'PAYLOAD_TOO_LARGE']);
    }
    await dispatcher.destroy();
  });

  await t.test(
    'is not read for ever: reading stops after a number of bytes, and when no bytes arrive',
    async () => {
      const server = createServer((_request, response) => response.writeHead(401).end('no'));
      discardUnreadBodies(server, { mostMs: 1_000, silentMs: 300, mostBytes: 5_000_000 });
      let open = 0;
      let read = 0;
      server.on('connection', (socket) => {
        open += 1;
        socket.once('close', () => {
          open -= 1;
          read = socket.bytesRead;
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;

      /** Sends pieces until the server closes the connection. Empty pieces are silence, and small pieces a trickle. */
      async function assertCut(first: Buffer, piece: Buffer, everyMs: number): Promise<void> {
        const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        socket.on('error', () => {}).resume();
        socket.write(first);
        const timer = setInterval(() => socket.writableNeedDrain || socket.write(piece), everyMs);
        await once(server, 'connection');
        await until('the connection is cut', () => open === 0);
        clearInterval(timer);
        socket.destroy();
      }
      for (const more of [{}, { Connection: 'close' }]) {
        const endless = head('1.1', { 'Content-Length': '9000000000', ...more });
        await assertCut(endless, Buffer.alloc(1_000_000), 1);
        assert(read > 5_000_000, String(read));
        await assertCut(endless, Buffer.alloc(0), 50);
        await assertCut(endless, Buffer.alloc(10), 50);
        await assertCut(head('1.1', { 'Transfer-Encoding': 'chunked', ...more }), Buffer.alloc(0), 50);
      }
      server.close();
    },
  );
});

const hasNginx = spawnSync('nginx', ['-v']).status === 0;

test('behind nginx with its defaults', {
  skip: hasNginx ? false : 'nginx is not on this machine',
}, async (t) => {
  await using bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_TRUST_PROXY: '1' });

  for (const [what, upstream, settings] of [
    ['over HTTP/1.0', '', ''],
    ['over kept connections', 'keepalive 8;', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
    ['with bodies that it does not wait for', '', 'proxy_http_version 1.1; proxy_request_buffering off;'],
  ] as const) {
    await t.test(`large uploads with a wrong key do not make nginx give up a BFF, ${what}`, async () => {
      using folder = temporaryFolder();
      const port = await freePort();
      await using nginx = await startNginx(folder.path, port, upstream, settings);
      const url = `http://127.0.0.1:${port}`;
      for (let upload = 0; upload < 12; upload += 1) {
        const { status } = await fetch(url + path, {
          method: 'POST',
          headers: { authorization: 'Bearer wrong', 'content-type': 'application/json' },
          body: large,
        });
        assert([401, 429].includes(status), String(status));
      }
      assert.equal((await fetch(`${url}/livez`)).status, 200);
      assert.doesNotMatch(nginx.errors(), /upstream|Broken pipe|reset by peer/i);
    });
  }

  /** Lists the BFF as two servers: if nginx has only one server, it tries it again after every failure. */
  async function startNginx(folder: string, port: number, upstream: string, settings: string) {
    const file = join(folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  upstream bff { server 127.0.0.1:${new URL(bff.url).port}; server localhost:${new URL(bff.url).port}; ${upstream} }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 40m;
    location / { proxy_pass http://bff; proxy_set_header Host localhost; ${settings} }
  }
}
`,
    );
    const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const closed = once(child, 'close');
    let listens = false;
    while (!listens) {
      assert.equal(child.exitCode, null, errors);
      listens = await new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
        socket.unref();
      });
    }
    return {
      errors: () => errors,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM');
        await closed;
      },
    };
  }
});
