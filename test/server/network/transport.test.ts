import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createConnections } from '../../../server/network/connections.ts';
import { createTransport, type SendLimits, TransportError } from '../../../server/network/transport.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';

test('a request that its sender no longer wants sent, once the connection is open, is not sent', async (t) => {
  await using partner = await startFaultServer();
  const connections = createConnections();
  t.after(() => connections.close(0));
  const transport = createTransport({ connections, timeoutMs: 5_000 });
  const { url: baseUrl } = partner.api;
  const write = {
    method: 'POST',
    baseUrl,
    path: '/a',
    headers: {},
    body: Buffer.from('{}'),
    writes: true,
  } as const;
  await assert.rejects(transport({ ...write, mayBeSent: () => false }), { fault: 'withheld' });
  assert.equal((await transport({ ...write, path: '/b', mayBeSent: () => true })).status, 200);
  assert.deepEqual(
    partner.api.arrivals.map(({ path }) => path),
    ['/b'],
  );
});

test('the time for sending a request', async (t) => {
  await using partner = await startFaultServer();
  const connections = createConnections();
  t.after(() => connections.close(0));

  const sendTo = (baseUrl: string, limits: { timeoutMs: number; sendLimits: SendLimits }) =>
    createTransport({ connections, ...limits })({
      ...{ method: 'POST', baseUrl, path: '/a', headers: {}, body: Buffer.from('{}'), writes: true },
    });
  const isFault = (fault: string, code: string) => (error: unknown) => {
    assert(error instanceof TransportError, String(error));
    assert.deepEqual([error.fault, error.code], [fault, code]);
    return true;
  };

  await t.test('ends with its last byte: the answer has a time of its own', async () => {
    partner.api.next({ delayMs: 300 });
    const limits = { timeoutMs: 5_000, sendLimits: { baseMs: 100, bytesPerMs: 1_000 } };
    assert.equal((await sendTo(partner.api.url, limits)).status, 200);
  });

  await t.test('does not lengthen the time for the answer', async () => {
    partner.api.next({ delayMs: 2_000 });
    const limits = { timeoutMs: 100, sendLimits: { baseMs: 60_000, bytesPerMs: 1 } };
    await assert.rejects(sendTo(partner.api.url, limits), isFault('timeout', 'TIMEOUT'));
  });

  await t.test('is over where no connection comes about, and then nothing was sent', async () => {
    // It takes connections, and says nothing: TLS never stands.
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = Object(silent.address());
    try {
      const limits = { timeoutMs: 60_000, sendLimits: { baseMs: 100, bytesPerMs: 1 } };
      await assert.rejects(sendTo(`https://127.0.0.1:${port}`, limits), isFault('not-connected', 'TIMEOUT'));
    } finally {
      silent.close();
    }
  });

  await t.test('leaves no timer behind, whatever came of it', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const limits = { timeoutMs: 60_000, sendLimits: { baseMs: 60_000, bytesPerMs: 1 } };
    const before = timers();
    await sendTo(partner.api.url, limits);
    partner.api.next({ fault: 'reset-after-body' });
    await assert.rejects(sendTo(partner.api.url, limits), TransportError);
    assert(timers() <= before, `${timers()} timers`);
  });
});
