import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { createConnections } from '../../../server/network/connections.ts';
import { createTransport, type SendLimits, TransportError } from '../../../server/network/transport.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { type Reply, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { postWrite } from '../http/post-write.ts';

/** More than the system takes off a sender's hands before the receiver has read any of it. */
const body = Buffer.alloc(16 * 1024 * 1024, '{"file":"a document"}');
const enough: SendLimits = { baseMs: 5_000, bytesPerMs: 125 };

test('a large body', async (t) => {
  await using partner = await startFaultServer();
  const connections = createConnections();
  t.after(() => connections.close(0));

  function send(reply: Reply, limits: { timeoutMs: number; sendLimits: SendLimits }, sent = body) {
    partner.api.next(reply);
    const transport = createTransport({ connections, ...limits });
    const to = { baseUrl: partner.api.url, path: '/v1/documents:submit' };
    return transport({ method: 'POST', ...to, headers: {}, body: sent, writes: true });
  }
  const timesOut = (error: unknown) => {
    assert(error instanceof TransportError, String(error));
    return error.fault === 'timeout';
  };

  await t.test('arrives as it is, with its length', async () => {
    for (const size of [0, 1, 65_536, 65_537, 131_072, 3_000_000]) {
      const sent = body.subarray(0, size);
      const { status } = await send({}, { timeoutMs: 1_000, sendLimits: enough }, sent);
      assert.equal(status, 200);
      const { headers, body: arrived } = partner.api.arrivals.at(-1) ?? assert.fail();
      assert.equal(headers['content-length'], String(size));
      assert.equal(headers['transfer-encoding'], undefined);
      assert(arrived === sent.toString());
    }
  });

  await t.test('that is read slowly takes none of the time for the answer', async () => {
    const { status, durationMs } = await send({ unreadMs: 1_200 }, { timeoutMs: 1_000, sendLimits: enough });
    assert.equal(status, 200);
    assert(durationMs > 1_200, String(durationMs));
  });

  await t.test('that is read at once leaves Pearsana no more than that time', async () => {
    await assert.rejects(send({ delayMs: 1_000 }, { timeoutMs: 100, sendLimits: enough }), timesOut);
  });

  await t.test(
    'that took longer to send than an answer may take leaves no more than that time either',
    async () => {
      const reply = { unreadMs: 300, delayMs: 2_000 };
      await assert.rejects(send(reply, { timeoutMs: 100, sendLimits: enough }), timesOut);
    },
  );

  await t.test('that is not read ends with the time for sending', async () => {
    const hasty: SendLimits = { baseMs: 50, bytesPerMs: body.byteLength / 100 };
    await assert.rejects(send({ unreadMs: 1_000 }, { timeoutMs: 60_000, sendLimits: hasty }), timesOut);
  });

  await t.test('has more time for sending than a small one', async () => {
    const bySize: SendLimits = { baseMs: 50, bytesPerMs: body.byteLength / 5_000 };
    const { status } = await send({ unreadMs: 300 }, { timeoutMs: 1_000, sendLimits: bySize });
    assert.equal(status, 200);
  });

  await t.test('whose connection breaks while it is sent is a broken one, and no answer', async () => {
    await assert.rejects(
      send({ fault: 'reset-before-body' }, { timeoutMs: 1_000, sendLimits: enough }),
      (error) => error instanceof TransportError && error.fault === 'broken',
    );
  });
});

describe('a large body from caller to partner', () => {
  it('is sent again as it was after a 401, and its answer has all its time', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, { PARTNER_TIMEOUT_MS: '1000' });
    partner.api.next({ status: 401 }, { status: 202, unreadMs: 1_200, body: { any: 'thing' } });
    const file = Buffer.alloc(10 * 1024 * 1024, 'a document').toString('base64');
    const sent = JSON.stringify({ ...samples.submitDocument.least, file });
    const answer = await postWrite(bff, 'submitDocument', sent);
    assert.equal(answer.status, 202, answer.text);
    assert.equal(partner.api.arrivals.length, 2);
    for (const arrived of partner.api.arrivals) assert(arrived.body === sent);
  });
});
