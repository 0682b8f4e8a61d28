import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as openRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { operationPath } from '../support/requests/paths.ts';
import { samples } from '../support/requests/write-samples.ts';
import { until } from '../support/until.ts';

const megabyte = 1024 * 1024;
const uploads = 20;
const heapMegabytes = 160;
const accessKey = 'pbff_an-access-key-for-tests-only';
const body = Buffer.from(
  JSON.stringify({
    ...samples.submitDocument.least,
    file: Buffer.alloc(10 * megabyte, 'a document').toString('base64'),
  }),
);

describe('twenty documents of 10 MB at once', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  it('take the BFF little more memory than their bodies', { timeout: 60_000 }, async (t) => {
    await using partner = await startHoldingPartner();
    await using auth = await startFaultServer();
    await using bff = await startBffProcess({
      // Too little for the bodies as values: a BFF that keeps them as such ends here. It also has its garbage collected.
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`,
      BFF_ACCESS_KEY: accessKey,
      PARTNER_TIMEOUT_MS: '60000',
      ...partnerVariables({ sandbox: { ...auth, apiUrl: partner.url } }),
    });
    const idle = bff.residentBytes().now;
    const answers = Promise.all(Array.from({ length: uploads }, () => submit(bff.url)));
    await until('all of them are at Pearsana', () => partner.waiting.length === uploads, 30_000);
    const held = bff.residentBytes();
    for (const response of partner.waiting) {
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"document":{}}');
    }
    assert.deepEqual(new Set(await answers), new Set([201]));
    assert(partner.sizes.every((bytes) => bytes === body.byteLength));

    const { most } = bff.residentBytes();
    const bodies = uploads * body.byteLength;
    const inMegabytes = (bytes: number) => `${Math.round(bytes / megabyte)} MB`;
    t.diagnostic(
      `idle ${inMegabytes(idle)}, all at Pearsana ${inMegabytes(held.now)}, at most ${inMegabytes(most)}; the bodies have ${inMegabytes(bodies)}`,
    );
    // The bodies once, and the heap that is left of making them: the same again would be a copy of each.
    assert(most - idle < 2.2 * bodies, `${inMegabytes(most - idle)} for ${inMegabytes(bodies)}`);
  });
});

/** Reads each request to its end, keeps nothing of it, and leaves the answer to the test. */
async function startHoldingPartner() {
  const waiting: ServerResponse[] = [];
  const sizes: number[] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.byteLength;
    sizes.push(bytes);
    waiting.push(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting,
    sizes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function submit(url: string): Promise<number | undefined> {
  const sent = openRequest(url + operationPath('submitDocument', 'sandbox'), {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${accessKey}`,
      'content-type': 'application/json',
      'content-length': body.byteLength,
    },
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}
