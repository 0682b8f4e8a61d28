import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRateStore } from '../../../../server/http/middleware/rate-store.ts';

describe('the store of the limits', () => {
  function storeAt(most?: number) {
    let seconds = 1_000;
    const store = createRateStore({ clock: () => seconds, ...(most !== undefined && { most }) });
    return {
      store,
      pass(more: number) {
        seconds += more;
      },
    };
  }
  it('counts each key in a window of its own, which begins with its first request', () => {
    const { store, pass } = storeAt();
    assert.equal(store.increment('ada').hits, 1);
    pass(30);
    assert.deepEqual([store.increment('ada').hits, store.increment('bob').hits], [2, 1]);
    pass(30);
    assert.deepEqual([store.increment('ada').hits, store.increment('bob').hits], [1, 2]);
  });

  it('says how long the window lasts, whatever the wall clock says', () => {
    const { store, pass } = storeAt();
    assert.deepEqual(store.increment('ada'), { hits: 1, secondsLeft: 60 });
    pass(50);
    assert.deepEqual(store.increment('ada'), { hits: 2, secondsLeft: 10 });
  });

  it('keeps so many keys and no more, and forgets the one that was counted longest ago', () => {
    const { store } = storeAt(3);
    for (const key of ['a', 'b', 'c']) store.increment(key);
    store.increment('a');
    for (let made = 0; made < 1_000; made += 1) {
      store.increment(`made-up-${made}`);
      assert.equal(store.increment('a').hits, made + 3);
    }
    assert.equal(store.increment('b').hits, 1);
  });

  it('gives back what is taken back, and no more', () => {
    const { store } = storeAt();
    store.increment('ada');
    store.decrement('ada');
    store.decrement('ada');
    assert.equal(store.increment('ada').hits, 1);
    store.decrement('bob');
    assert.equal(store.increment('bob').hits, 1);
  });
});
