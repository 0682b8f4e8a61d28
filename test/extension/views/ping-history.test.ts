import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPingHistory, type PingRecord } from '../../../extension/src/views/ping-history.ts';

function ping(startedAt: number, endedAt = startedAt + 1): PingRecord {
  return { startedAt, endedAt, ok: true, latencyMs: 1, apiVersion: null, requestId: 'r' };
}

describe('the history of pings', () => {
  it('keeps the last one of each environment of each BFF', () => {
    const told: string[] = [];
    const history = createPingHistory();
    history.onDidRecord((environment) => told.push(environment));
    history.record('https://a.example', 'sandbox', ping(1));
    history.record('https://a.example', 'sandbox', ping(2));
    assert.equal(history.last('https://a.example', 'sandbox')?.startedAt, 2);
    assert.equal(history.last('https://b.example', 'sandbox'), undefined);
    assert.equal(history.last('https://a.example', 'production'), undefined);
    assert.deepEqual(told, ['sandbox', 'sandbox']);
  });

  it('is not fooled by a slow ping that was overtaken', () => {
    const history = createPingHistory();
    history.record('https://a.example', 'sandbox', ping(5));
    history.record('https://a.example', 'sandbox', ping(1, 9));
    assert.equal(history.last('https://a.example', 'sandbox')?.startedAt, 5);
  });
});
