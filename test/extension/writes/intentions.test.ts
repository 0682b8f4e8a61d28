import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createIntentions, type Intention } from '../../../extension/src/writes/intentions.ts';

const intention: Intention = {
  origin: 'https://bff.example',
  environment: 'sandbox',
  operation: 'createInvitation',
  request: { email: 'ada@example.edu', identity: { firstName: 'Ada', lastName: 'Lovelace' } },
};

/** What VS Code keeps over a restart. */
function memento() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: <Value>(name: string): Value | undefined => JSON.parse(kept.get(name) ?? 'null') ?? undefined,
    update: async (name: string, value: unknown) => void kept.set(name, JSON.stringify(value)),
  };
}

describe('the key of an intention', () => {
  it('stays the same until it is settled, over a restart too, whatever the order of the fields', async () => {
    const state = memento();
    const key = await createIntentions(state).keyOf(intention);
    assert.match(key, /^[\w-]{36}$/);
    const { identity, email } = intention.request;
    const turned = { ...intention, request: { identity, email } };
    const restarted = createIntentions(state);
    assert.equal(await restarted.keyOf(turned), key);
    await restarted.settle(turned);
    assert.notEqual(await restarted.keyOf(intention), key);
  });

  it('is another for each backend, environment, operation and request', async () => {
    const intentions = createIntentions(memento());
    const keys = [
      intention,
      { ...intention, origin: 'https://other.example' },
      { ...intention, environment: 'production' },
      { ...intention, operation: 'createUser' as const },
      { ...intention, request: { ...intention.request, email: 'grace@example.edu' } },
    ].map((each) => intentions.keyOf(each));
    for (const key of await Promise.all(keys)) assert.equal(typeof key, 'string');
    const one: string[] = [];
    for (const each of keys) one.push(await each);
    assert.equal(new Set(one).size, keys.length);
  });

  it('is kept without what it stands for, and not for ever', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 30) });
    const state = memento();
    const intentions = createIntentions(state);
    const key = await intentions.keyOf(intention);
    assert.doesNotMatch([...state.kept.values()].join(), /ada@|Ada|sandbox|example/);
    // As long as the BFF knows it: thirty days.
    t.mock.timers.setTime(Date.UTC(2026, 2, 1) - 1);
    assert.equal(await intentions.keyOf(intention), key);
    t.mock.timers.setTime(Date.UTC(2026, 2, 1));
    assert.notEqual(await intentions.keyOf(intention), key);
    for (let number = 0; number < 300; number += 1) {
      await intentions.keyOf({ ...intention, request: { number } });
    }
    assert.equal(state.get<unknown[]>('intentions')?.length, 200);
  });
});
