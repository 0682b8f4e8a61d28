import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type State, updateInTurn } from '../../extension/src/state.ts';
import { createIntentions } from '../../extension/src/writes/intentions.ts';

/** Stores as VS Code does: a window sends all that it has, and gets it back before the update is over. */
function vsCodesState(store: (all: object) => Promise<void> = async () => {}) {
  let all: Record<string, unknown> = {};
  const state: State = {
    get: (name) => all[name] as never,
    async update(name, value) {
      all[name] = value;
      await turn();
      const sent = structuredClone(all);
      await store(sent);
      await turn();
      all = sent;
    },
  };
  return state;
}

describe('what VS Code keeps', () => {
  it('loses an update of one thing during that of another, where they are not in turn', async () => {
    const state = vsCodesState();
    const first = state.update('a', 1);
    await turn();
    await Promise.all([first, state.update('b', 2)]);
    assert.deepEqual([state.get('a'), state.get('b')], [1, undefined]);
  });

  it('loses no update in turn, and says at once what was updated', async () => {
    const state = updateInTurn(vsCodesState());
    const updates = [];
    for (let count = 1; count <= 3; count += 1) {
      updates.push(state.update('a', count), state.update(`b${count}`, count));
      assert.deepEqual([state.get('a'), state.get(`b${count}`)], [count, count]);
      await turn();
    }
    await Promise.all(updates);
    assert.deepEqual(
      ['a', 'b1', 'b2', 'b3'].map((name) => state.get(name)),
      [3, 1, 2, 3],
    );
  });

  it('goes on after an update that failed, which is told to whom it concerns, and forgets that one', async () => {
    let fails = true;
    const state = updateInTurn({
      get: () => undefined,
      update: async () => {
        if (fails) throw new Error('no room');
      },
    });
    const failing = state.update('a', 1);
    await assert.rejects(async () => failing, /no room/);
    assert.equal(state.get('a'), undefined);
    fails = false;
    await state.update('a', 2);
  });

  it('keeps the key of a write that is begun while something else is stored', async () => {
    const state = updateInTurn(vsCodesState());
    const intentions = createIntentions(state);
    const intention = {
      ...{ origin: 'https://bff.example.com', environment: 'sandbox' },
      ...{ operation: 'createUser' as const, request: {} },
    };
    const other = state.update('lastEntries', { namespace: 'SIS' });
    await turn();
    const key = await intentions.keyOf(intention);
    await other;
    assert.equal(await intentions.keyOf(intention), key);
  });
});
