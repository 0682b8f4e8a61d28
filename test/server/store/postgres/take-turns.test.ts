import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseFailure } from '../../../../server/store/postgres/database.ts';
import { createTurns } from '../../../../server/store/postgres/take-turns.ts';

describe('claims with the same lock', () => {
  it('go one after another, in order, and hold up no others', async () => {
    const takeTurn = createTurns();
    const ran: string[] = [];
    let most = 0;
    let now = 0;
    const run = (name: string) => async () => {
      now += 1;
      most = Math.max(most, now);
      ran.push(name);
      await nextTurn();
      now -= 1;
      return name;
    };
    const same = ['a', 'b', 'c'].map((name) => takeTurn(1n, run(name)));
    assert.deepEqual(ran, ['a']);
    await takeTurn(2n, async () => ran.push('other'));
    await takeTurn(undefined, async () => ran.push('none'));
    assert.deepEqual(ran.slice(0, 3), ['a', 'other', 'none']);
    assert.deepEqual(await Promise.all(same), ['a', 'b', 'c']);
    assert.deepEqual([ran.slice(3), most], [['b', 'c'], 1]);
  });

  it('go on after one that fails', async () => {
    const takeTurn = createTurns();
    const failed = takeTurn(1n, () => Promise.reject(new Error('no')));
    const next = takeTurn(1n, async () => 'next');
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'next');
  });

  it('give up after a while, and let none go before those that are still ahead of it', async () => {
    const takeTurn = createTurns(100);
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    const first = takeTurn(1n, () => stuck);
    await assert.rejects(
      takeTurn(1n, async () => assert.fail('It went although the first one had not ended.')),
      DatabaseFailure,
    );
    let went = false;
    const third = takeTurn(1n, async () => {
      went = true;
    });
    await delay(1);
    assert.equal(went, false);
    release();
    await Promise.all([first, third]);
    assert(went);
  });
});
