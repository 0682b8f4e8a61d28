import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRateStore } from '../../../../server/http/middleware/rate-store.ts';

describe('the store of the limits', () => {
  function storeAt(most?: number) {
    let seconds = 1_000;
    const store = createRateStore(60_000, { clock: () => seconds, ...(most !== undefined && { most }) });
    return {
      store,
      pass(more: number) {
        seconds += more;
      },
    };
  }
  const hits = (info: { totalHits: number } | undefined) => info?.totalHits;

  it('counts each key in a window of its own, which begins with its first request', () => {
    const { store, pass } = storeAt();
    assert.equal(hits(store.increment('ada')), 1);
    pass(30);
    assert.deepEqual([hits(store.increment('ada')), hits(store.increment('bob'))], [2, 1]);
    pass(30);
    assert.deepEqual([hits(store.get('ada')), hits(store.get('bob'))], [undefined, 1]);
    assert.deepEqual([hits(store.increment('ada')), hits(store.increment('bob'))], [1, 2]);
  });

  it('says how long the window lasts by the wall clock, whatever that one says now', () => {
    const { store, pass } = storeAt();
    store.increment('ada');
    pass(50);
    const left = Number(store.get('ada')?.resetTime) - Date.now();
    assert(left > 9_000 && left <= 10_000, String(left));
  });

  it('keeps so many keys and no more, and forgets the one that was counted longest ago', () => {
    const { store } = storeAt(3);
    for (const key of ['a', 'b', 'c']) store.increment(key);
    store.increment('a');
    for (let made = 0; made < 1_000; made += 1) {
      store.increment(`made-up-${made}`);
      assert.equal(hits(store.increment('a')), made + 3);
    }
    assert.equal(store.get('b'), undefined);
  });

  it('gives back what is taken back, and no more', () => {
    const { store } = storeAt();
    store.increment('ada');
    store.decrement('ada');
    store.decrement('ada');
    assert.equal(hits(store.get('ada')), 0);
    store.resetKey('ada');
    assert.equal(store.get('ada'), undefined);
  });
});
