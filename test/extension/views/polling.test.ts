import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createPolling } from '../../../extension/src/views/polling.ts';

function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const every = { ms: 60 };
  const times: number[] = [];
  const polling = createPolling(
    () => times.push(Date.now() - 1_000_000),
    () => every.ms,
  );
  t.after(() => polling.dispose());
  return { polling, every, times, pass: (ms: number) => t.mock.timers.tick(ms) };
}

describe('polling', () => {
  it('happens only while somebody looks', (t) => {
    const { polling, times, pass } = setUp(t);
    pass(1_000);
    assert.deepEqual(times, []);
    polling.watch(true);
    pass(0);
    pass(60);
    assert.deepEqual(times, [1_000, 1_060]);
    polling.watch(false);
    pass(1_000);
    assert.equal(times.length, 2);
    // At once, since it is long due.
    polling.watch(true);
    pass(0);
    assert.equal(times.length, 3);
  });

  it('is not more frequent for somebody who looks away and back again', (t) => {
    const { polling, times, pass } = setUp(t);
    polling.watch(true);
    pass(0);
    for (let look = 0; look < 5; look += 1) {
      pass(2);
      polling.watch(false);
      polling.watch(true);
      polling.watch(true);
    }
    assert.equal(times.length, 1);
    pass(50);
    assert.deepEqual(times, [0, 60]);
  });

  it('comes sooner once it is to', (t) => {
    const { polling, every, times, pass } = setUp(t);
    polling.watch(true);
    pass(0);
    every.ms = 15;
    polling.reschedule();
    pass(15);
    assert.deepEqual(times, [0, 15]);
  });

  it('ends', (t) => {
    const { polling, times, pass } = setUp(t);
    polling.watch(true);
    polling.dispose();
    pass(1_000);
    assert.deepEqual(times, []);
  });
});
