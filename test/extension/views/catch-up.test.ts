import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createCatchUp } from '../../../extension/src/views/catch-up.ts';

/** Lets what a timer began go on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('catching up with what was sent', () => {
  function watched(t: TestContext, isLooking: boolean) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked: string[][] = [];
    const view = { isLooking, at: 0 };
    const act = async (environments: string[]) => void asked.push(environments);
    const catchUp = createCatchUp(
      act,
      () => view.isLooking,
      () => view.at,
    );
    const pass = async (ms: number) => {
      view.at += ms;
      t.mock.timers.tick(ms);
      await settle();
    };
    return { asked, view, catchUp, pass };
  }

  it('asks once for a burst, and only where something was sent', async (t) => {
    const { asked, catchUp, pass } = watched(t, true);
    for (let count = 0; count < 5; count += 1) catchUp.note('sandbox');
    catchUp.note('local');
    await pass(10_000);
    assert.deepEqual(asked, [['sandbox', 'local']]);
    await pass(10_000);
    assert.equal(asked.length, 1);
  });

  it('asks no more often than every two seconds, and never more often than something was sent', async (t) => {
    const { asked, catchUp, pass } = watched(t, true);
    for (let count = 0; count < 40; count += 1) {
      catchUp.note('sandbox');
      await pass(250);
    }
    await pass(10_000);
    assert(asked.length >= 4 && asked.length <= 6, String(asked.length));
  });

  it('does not lose what is sent while it asks', async (t) => {
    const { asked, catchUp, pass } = watched(t, true);
    let answer = () => {};
    const slow = createCatchUp(
      (environments) => {
        asked.push(environments);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      () => true,
    );
    slow.note('sandbox');
    await pass(5_000);
    slow.note('sandbox');
    await pass(5_000);
    assert.equal(asked.length, 1);
    answer();
    await settle();
    await pass(5_000);
    assert.equal(asked.length, 2);
    catchUp.dispose();
  });

  it('asks nothing while nobody looks, and then for all of it', async (t) => {
    const { asked, view, catchUp, pass } = watched(t, false);
    catchUp.note('sandbox');
    catchUp.note('local');
    await pass(60_000);
    assert.deepEqual(asked, []);
    view.isLooking = true;
    catchUp.look();
    await pass(1_000);
    assert.deepEqual(asked, [['sandbox', 'local']]);
  });

  it('asks for what the badge counts even while nobody looks, and for nothing else', async (t) => {
    const { asked, view, catchUp, pass } = watched(t, false);
    catchUp.note('local');
    catchUp.note('sandbox', true);
    await pass(1_000);
    assert.deepEqual(asked, [['sandbox']]);
    view.isLooking = true;
    catchUp.look();
    await pass(5_000);
    assert.deepEqual(asked, [['sandbox'], ['local']]);
  });
});
