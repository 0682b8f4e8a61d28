import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freePort } from '../../../scripts/free-port.ts';
import { createMetrics } from '../../../server/metrics/metrics.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../support/network/raw-http.ts';
import { invited, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { until } from '../../support/until.ts';

const invitations = '/api/environments/sandbox/invitations';

async function startMeasured() {
  await using stack = new AsyncDisposableStack();
  const partner = stack.use(await startFaultServer());
  const port = await freePort();
  const bff = stack.use(await startBffWith({ sandbox: partner }, { BFF_METRICS_PORT: String(port) }));
  const kept = stack.move();
  const read = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  /** The value of a line; undefined if there is none. */
  const figure = (text: string, name: string, labels: Record<string, string> = {}) => {
    const line = text
      .split('\n')
      .find(
        (each) =>
          each.startsWith(name) &&
          Object.entries(labels).every(([label, value]) => each.includes(`${label}="${value}"`)),
      );
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { partner, port, bff, read, figure, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('metrics', () => {
  it('count what was asked, how Pearsana answered, and what became of writes', async () => {
    await using measured = await startMeasured();
    const { partner, bff, read, figure } = measured;
    const send = () =>
      bff.call(invitations, {
        method: 'POST',
        body: JSON.stringify(samples.createInvitation.least),
        headers: { 'content-type': 'application/json' },
      });
    partner.api.next({ status: 201, body: invited });
    assert.equal((await send()).status, 201);
    partner.api.next({ fault: 'reset-after-body' });
    assert.equal((await send()).status, 502);
    partner.api.next({ status: 422, body: { error: { code: 'WRONG', message: 'Wrong.' } } });
    assert.equal((await send()).status, 422);
    const text = await read();
    const here = { operation: 'createInvitation', environment: 'sandbox' };
    for (const [name, labels, value] of [
      ['pearsana_bff_writes_total', { ...here, outcome: 'succeeded' }, 1],
      ['pearsana_bff_writes_total', { ...here, outcome: 'unknown' }, 1],
      ['pearsana_bff_writes_total', { ...here, outcome: 'refused' }, 1],
      ['pearsana_bff_request_duration_seconds_count', { ...here, status: '201' }, 1],
      ['pearsana_bff_pearsana_duration_seconds_count', { ...here, status: '422' }, 1],
      ['pearsana_bff_journal_unresolved', { environment: 'sandbox' }, 1],
      ['pearsana_bff_journal_usable', {}, 1],
      ['pearsana_bff_tokens', { environment: 'sandbox', state: 'fresh' }, 1],
      ['pearsana_bff_bytes_in_flight', {}, 0],
      ['pearsana_bff_log_lines_lost', {}, 0],
    ] as const)
      assert.equal(figure(text, name, labels), value, `${name} ${JSON.stringify(labels)}`);
    assert(figure(text, 'nodejs_eventloop_lag_p99_seconds') !== undefined);
  });

  it('name no caller, no person and no secret, give no label a value that a caller chooses, and are named as Prometheus asks', async () => {
    await using measured = await startMeasured();
    const { bff, partner, read } = measured;
    partner.api.next({ status: 422, body: { error: { code: 'chosen-by-pearsana', message: 'x' } } });
    await bff.call(invitations, {
      method: 'POST',
      body: JSON.stringify({ ...samples.createInvitation.least, email: 'canary@example.edu' }),
      headers: { 'content-type': 'application/json', 'x-request-id': 'chosen-by-caller' },
    });
    for (let count = 0; count < 20; count += 1) await bff.call(`/api/environments/chosen-${count}/ping`);
    await bff.call('/chosen-path', { headers: { authorization: 'Bearer chosen-key' } });
    const text = await read();
    assert.doesNotMatch(text, /chosen|canary|access-key|pbff_|S-1|192\.|127\./);
    // As Prometheus has it: what ends in _total is a counter, and nothing else does.
    for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
      assert.equal(name?.endsWith('_total'), type === 'counter', name);
  });

  it('are served by their own port alone, and only there', async () => {
    await using measured = await startMeasured();
    const { bff, port } = measured;
    assert.equal((await bff.call('/metrics')).status, 404);
    assert.equal((await fetch(`http://127.0.0.1:${port}/api/session`)).status, 404);
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status, 404);
  });

  it('count each request once, however many there are', async () => {
    const { beside, text } = createMetrics({
      ...{ environments: ['sandbox'], tokens: { statuses: () => [] } },
      journal: { unresolved: async () => new Map(), isUsable: () => true },
      ...{ bytesInFlight: () => 0, linesLost: () => 0 },
    });
    const onEnd = beside(() => {});
    const context = { requestId: 'a', address: '', waiter: { isGone: false }, environment: 'sandbox' };
    for (let count = 0; count < 450; count += 1)
      onEnd({ ...context, operation: 'ping' }, { method: 'GET', status: 200, durationMs: 1 });
    for (let scrape = 0; scrape < 2; scrape += 1)
      assert.match(await text(), /^pearsana_bff_request_duration_seconds_count\{operation="ping".*\} 450$/m);
  });

  it('do not call a write unknown only because its caller went away', async () => {
    await using measured = await startMeasured();
    const { bff, partner, read, figure } = measured;
    const answers = Promise.withResolvers<void>();
    partner.api.next({ status: 201, body: invited, after: answers.promise });
    const gone = new AbortController();
    const call = fetch(bff.url + invitations, {
      method: 'POST',
      body: JSON.stringify(samples.createInvitation.least),
      headers: { authorization: `Bearer ${bff.accessKey}`, 'content-type': 'application/json' },
      signal: gone.signal,
    });
    await until('it is under way', () => partner.api.count('/v1/invitations') === 1);
    gone.abort();
    await assert.rejects(call);
    await until('its caller is gone', () => bff.logLines.some((line) => line.includes('went away')));
    answers.resolve();
    const ended = async (outcome: string) =>
      figure(await read(), 'pearsana_bff_writes_total', { environment: 'sandbox', outcome });
    assert.deepEqual([await ended('caller_gone'), await ended('unknown')], [1, undefined]);
  });

  it('answer to no name that a hostile page could have', async () => {
    await using measured = await startMeasured();
    const at = `http://127.0.0.1:${measured.port}`;
    const statusFor = async (headers: Record<string, string>) =>
      (await rawRequest(at, rawHead('/metrics', headers))).status;
    for (const Host of ['127.0.0.1', `localhost:${measured.port}`, '[::1]:9464', '10.0.0.7:9464', 'bff:9464'])
      assert.equal(await statusFor({ Host }), 200, Host);
    for (const Host of [
      'evil.example',
      `evil.example:${measured.port}`,
      'localhost.evil.example',
      '[evil',
      '',
    ])
      assert.equal(await statusFor({ Host }), 403, Host);
  });

  it('say in words that their port is taken', async () => {
    await using measured = await startMeasured();
    await assert.rejects(
      startBffWith({ sandbox: measured.partner }, { BFF_METRICS_PORT: String(measured.port) }),
      /the metrics cannot be served at port \d+ of 127\.0\.0\.1 \(EADDRINUSE\)\. Set BFF_METRICS_PORT/,
    );
  });
});
