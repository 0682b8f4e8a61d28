// The BFF behind a real nginx with the configuration that we ship, and with each line of it forgotten.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Agent, fetch } from 'undici';
import { freePort } from '../../scripts/free-port.ts';
import { startLocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';
import { checkProxy } from '../../server/program/check-proxy.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { type Certificate, makeCertificate } from '../support/network/https.ts';
import { hasNginx, startNginx } from '../support/network/nginx.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { until } from '../support/until.ts';

const key = 'pbff_an-access-key-for-tests-only';
const perBatch = 25;

let certificate: Certificate;

/** A BFF behind nginx, and how to call it there. */
async function startBehindNginx(change?: (configuration: string) => string, variables = {}) {
  await using stack = new AsyncDisposableStack();
  const pearsana = stack.use(await startLocalPearsana());
  const port = await freePort();
  const bff = stack.use(
    await startBffProcess({
      ...partnerVariables({ sandbox: pearsana }),
      ...{ BFF_ACCESS_KEY: key, BFF_PUBLIC_URL: `https://localhost:${port}`, BFF_TRUST_PROXY: '1' },
      ...variables,
    }),
  );
  const bffPort = Number(new URL(bff.url).port);
  stack.use(await startNginx({ certificate, port, bffPort, ...(change && { change }) }));
  const dispatcher = stack.adopt(new Agent({ connect: { ca: certificate.cert } }), (agent) =>
    agent.destroy(),
  );
  const kept = stack.move();

  async function call(path: string, init: { method?: string; body?: string } = {}) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`https://localhost:${port}${path}`, { ...init, headers, dispatcher });
    return { status: answer.status, text: await answer.text() };
  }
  /** The whole lines of its log. */
  const lines = (): Record<string, unknown>[] =>
    bff
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  const warned = (words: RegExp) =>
    until(`it warns of ${words}`, () =>
      lines().some(({ level, msg }) => level === 'warn' && words.test(String(msg))),
    );
  const checked = () => checkedAt(port);
  return { call, lines, warned, checked, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What `--check --proxy` says. */
async function checkedAt(port: number): Promise<string> {
  const said: string[] = [];
  const publicUrl = `https://localhost:${port}`;
  const good = await checkProxy({ publicUrl, fileLimits: defaultFileLimits }, (line) => said.push(line));
  assert.equal(good, said.join('').startsWith('OK: '), said.join('\n'));
  return said.join('\n');
}

const without = (line: string) => (configuration: string) => {
  const lines = configuration.split('\n');
  assert.equal(lines.filter((each) => each.includes(line)).length, 1, line);
  return lines.filter((each) => !each.includes(line)).join('\n');
};

const ping = '/api/environments/sandbox/ping';

/** As large as the documentation allows: all files of one request together. */
function largestBatch(): string {
  const file = Buffer.alloc(1_000_000, 'a').toString('base64');
  const item = { documentType: 'TRANSCRIPT', userReference: { namespace: 'SIS', externalId: 'S-1' }, file };
  const items = Array.from({ length: perBatch }, (_, index) => ({
    ...item,
    ...{ itemId: `item-${index}`, intent: { action: 'store_only' }, fileName: `${index}.pdf` },
  }));
  return JSON.stringify({ items });
}

if (hasNginx()) {
  describe('behind nginx', { concurrency: 2, timeout: 120_000 }, () => {
    before(async () => {
      certificate = await makeCertificate();
      setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
    });
    after(() => certificate[Symbol.asyncDispose]());

    it('is called as deployed: by its name, with the caller’s address, and with the largest batch', async () => {
      await using behind = await startBehindNginx();
      for (let count = 0; count < 3; count += 1) assert.equal((await behind.call(ping)).status, 200);
      const batch = await behind.call('/api/environments/sandbox/documents/batch', {
        method: 'POST',
        body: largestBatch(),
      });
      // Whatever Pearsana thinks of it: the BFF has read it whole.
      assert(JSON.parse(batch.text).error?.code !== 'PAYLOAD_TOO_LARGE' && batch.status !== 413, batch.text);
      assert.match(await behind.checked(), /^OK: https:\/\/localhost:\d+ leads to a BFF/);
      await until(
        'it has logged the calls',
        () => behind.lines().filter(({ operation }) => operation).length === 4,
      );
      for (const { address } of behind.lines().filter(({ operation }) => operation))
        assert.equal(address, '127.0.0.1');
      assert.deepEqual(
        behind.lines().filter(({ level, msg }) => level === 'warn' && msg !== 'request'),
        [],
      );
    });

    it('says in its answer that the Host header is not passed on', async () => {
      await using behind = await startBehindNginx(without('proxy_set_header Host'));
      const { status, text } = await behind.call(ping);
      assert.equal(status, 403);
      assert.match(text, /proxy_set_header Host \$host/);
      assert.match(await behind.checked(), /answers HOST_NOT_ALLOWED: .*proxy_set_header Host \$host/);
    });

    it('leaves the refusal of a document to nginx where its size was forgotten, which is not the BFF’s own', async () => {
      await using behind = await startBehindNginx(without('client_max_body_size'));
      const answer = await behind.call('/api/environments/sandbox/documents/batch', {
        method: 'POST',
        body: largestBatch(),
      });
      assert.equal(answer.status, 413);
      assert.match(answer.text, /nginx/);
      assert.match(await behind.checked(), /the proxy refuses the largest upload.*client_max_body_size/);
    });

    it('says in its check that nginx collects bodies, and that nobody is behind nginx', async () => {
      await using behind = await startBehindNginx(without('proxy_request_buffering'));
      assert.match(await behind.checked(), /no answer before the whole body.*proxy_request_buffering off/);
      const port = await freePort();
      await using _alone = await startNginx({ certificate, port, bffPort: 1 });
      assert.match(await checkedAt(port), /the answer is 502, and not from a BFF/);
    });

    for (const [line, words] of [
      ['proxy_set_header X-Forwarded-For', /without the header X-Forwarded-For/],
      ['proxy_http_version 1.1', /HTTP\/1\.0/],
      ['proxy_set_header Connection', /closes its connection/],
    ] as const) {
      it(`warns once that “${line}” is forgotten`, async () => {
        await using behind = await startBehindNginx(without(line));
        for (let count = 0; count < 2; count += 1) assert.equal((await behind.call(ping)).status, 200);
        await behind.warned(words);
        assert.equal(behind.lines().filter(({ msg }) => words.test(String(msg))).length, 1);
      });
    }

    it('warns that it was not told of the proxy', async () => {
      await using behind = await startBehindNginx(undefined, { BFF_TRUST_PROXY: '0' });
      assert.equal((await behind.call(ping)).status, 200);
      await behind.warned(/BFF_TRUST_PROXY is not set/);
    });
  });
}
