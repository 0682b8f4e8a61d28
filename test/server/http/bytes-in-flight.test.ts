import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { limitBytesInFlight } from '../../../server/http/bytes-in-flight.ts';
import { type Answer, failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../support/network/raw-http.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { until } from '../../support/until.ts';
import { capsOf, smallLimits } from './api/small-limits.ts';
import { headersOf, postWrite } from './post-write.ts';

/** One batch as large as may be, and a little more. */
const most = capsOf('submitDocumentBatch') + 1_000;

test('the bytes in flight', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith(
    { sandbox: partner },
    { ...smallLimits, MAX_BYTES_IN_FLIGHT: String(most), PARTNER_TIMEOUT_MS: '60000' },
  );

  const padded = (bytes: number) => {
    const text = JSON.stringify(samples.submitDocumentBatch.least);
    return text + ' '.repeat(bytes - Buffer.byteLength(text));
  };
  const largest = padded(capsOf('submitDocumentBatch'));
  const submitted = (body: string, headers = {}) => postWrite(bff, 'submitDocumentBatch', body, headers);

  function assertBusy(answer: Pick<Answer, 'status' | 'headers' | 'text'>): void {
    const { code, outcome, retryable, message } = failureIn(answer);
    assert.deepEqual([answer.status, code, outcome, retryable], [503, 'BUSY', 'not_sent', true]);
    assert.match(message, /MAX_BYTES_IN_FLIGHT/);
    assert.equal(answer.headers.get('retry-after'), '1');
  }

  /** Runs it while one batch, as large as may be, is at Pearsana. */
  async function whileOneIsThere(run: () => Promise<void>): Promise<void> {
    let answerIt: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answerIt = resolve;
    });
    const before = partner.api.arrivals.length;
    partner.api.next({ after: held });
    const first = submitted(largest);
    await until('it is at Pearsana', () => partner.api.arrivals.length === before + 1);
    try {
      await run();
      assert.equal(partner.api.arrivals.length, before + 1);
    } finally {
      answerIt();
    }
    assert.equal((await first).status, 200);
  }

  await t.test(
    'are refused beyond the limit, by length and in chunks, before they have arrived',
    async () => {
      await whileOneIsThere(async () => {
        assertBusy(await submitted(padded(1_001)));
        assertBusy(await submitted(padded(70_000), { 'Transfer-Encoding': 'chunked' }));
        const headers = {
          Host: '127.0.0.1',
          ...Object.fromEntries(headersOf(bff)),
          'Content-Length': '2000',
        };
        const path = operationPath('submitDocumentBatch', 'sandbox');
        // The body never comes.
        assertBusy(await rawRequest(bff.url, rawHead(path, headers, 'POST')));
      });
    },
  );

  await t.test('leave room for what fits, for forms, and for what has no body', async () => {
    await whileOneIsThere(async () => {
      assert.equal((await submitted('{"items":[]}')).status, 400);
      for (const name of ['createUser', 'createInvitation'] as const) {
        partner.api.next({ status: 400 });
        assert.equal((await postWrite(bff, name, JSON.stringify(samples[name].whole))).status, 400);
        partner.api.arrivals.pop();
      }
      assert.equal((await bff.call('/api/environments/sandbox/health')).status, 200);
      partner.api.arrivals.pop();
    });
  });

  await t.test('are free again after each call, however it ends', async () => {
    const endings = [{}, { status: 400 }, { status: 500 }, { fault: 'reset-after-body' }] as const;
    for (const ending of endings) {
      partner.api.next(ending);
      await submitted(largest);
    }
    await submitted(padded(capsOf('submitDocumentBatch') + 1));
    await submitted(padded(capsOf('submitDocumentBatch') + 1), { 'Transfer-Encoding': 'chunked' });
    await submitted(largest.replace('{', ' '));
    const half = Object.fromEntries([...headersOf(bff), ['Host', '127.0.0.1'], ['Content-Length', '900000']]);
    const socket = connect(Number(new URL(bff.url).port), '127.0.0.1');
    const head = rawHead(operationPath('submitDocumentBatch', 'sandbox'), half, 'POST');
    socket.write(head + largest.slice(0, 400_000), () => socket.destroy());
    await until('his going away is noted', () => bff.logLines.some((line) => line.includes('went away')));
    assert.equal((await submitted(largest)).status, 200);
  });

  await t.test('are counted by what is held, not by what has been', () => {
    const holdBytes = limitBytesInFlight(10, 10);
    for (let round = 0; round < 3; round += 1) {
      using first = holdBytes('ada');
      first.add(4);
      first.add(6);
      using second = holdBytes('bob');
      assert.throws(() => second.add(1), { code: 'BUSY' });
      first[Symbol.dispose]();
      second.add(10);
      assert.throws(() => first.add(1), { code: 'BUSY' });
    }
  });

  await t.test('leave room for others: one caller gets nine tenths alone, and half beside others', () => {
    const holdBytes = limitBytesInFlight(100, 20);
    using ada = holdBytes('ada');
    using another = holdBytes('ada');
    ada.add(60);
    another.add(30);
    assert.throws(() => another.add(1), { code: 'BUSY', message: /the share of one caller/ });
    using bob = holdBytes('bob');
    bob.add(10);
    assert.throws(() => bob.add(1), { code: 'BUSY', message: /reach its limit/ });
    ada[Symbol.dispose]();
    bob.add(40);
    assert.throws(() => bob.add(1), { code: 'BUSY', message: /the share of one caller/ });
    another.add(20);
    assert.throws(() => another.add(1), { code: 'BUSY', message: /reach its limit/ });
  });

  await t.test('are always enough for one body, however small they are', () => {
    const holdBytes = limitBytesInFlight(21, 20);
    using ada = holdBytes('ada');
    ada.add(20);
    using bob = holdBytes('bob');
    bob.add(1);
    ada[Symbol.dispose]();
    bob.add(19);
  });
});
