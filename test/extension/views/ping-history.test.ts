import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageText, createPingHistory, type PingRecord } from '../../../extension/src/views/ping-history.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

function ping(startedAt: number, endedAt = startedAt + 1): PingRecord {
  return { startedAt, endedAt, ok: true, latencyMs: 1, apiVersion: null, requestId: 'r' };
}

describe('the age of a ping', () => {
  const ages: [number, string][] = [
    [-minute, 'just now'],
    [0, 'just now'],
    [minute - 1, 'just now'],
    [minute, '1 min ago'],
    [hour - 1, '59 min ago'],
    [hour, '1 h ago'],
    [24 * hour - 1, '23 h ago'],
    [24 * hour, '1 day ago'],
    [49 * hour, '2 days ago'],
  ];
  for (const [age, words] of ages) {
    it(`of ${age} ms is ${words}`, () => assert.equal(ageText(1e12, 1e12 + age), words));
  }
});

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
