import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLastEntries } from '../../../extension/src/forms/last-entries.ts';

function memento() {
  const kept = new Map<string, unknown>();
  return {
    kept,
    get: <Value>(name: string) => kept.get(name) as Value | undefined,
    update: async (name: string, value: unknown) => void kept.set(name, value),
  };
}

test('the last system and roles are offered again, each by itself', async () => {
  const state = memento();
  const entries = createLastEntries(state);
  assert.deepEqual(entries.get(), {});
  await entries.keep({ namespace: 'LMS', roles: ['faculty', 'teaching assistant'] });
  await entries.keep({ roleName: 'staff' });
  const restarted = createLastEntries(state);
  assert.deepEqual(restarted.get(), {
    namespace: 'LMS',
    roles: ['faculty', 'teaching assistant'],
    roleName: 'staff',
  });
  await restarted.keep({ roles: [] });
  assert.deepEqual(restarted.get().roles, []);
});

test('what could be about a person is not kept on the disk, even where somebody typed it into the wrong box', async () => {
  const state = memento();
  const entries = createLastEntries(state);
  for (const wrong of [
    'ada@example.edu',
    '20261234',
    'A-20261',
    'Ada King Lovelace',
    'x'.repeat(40),
    ' ',
    '',
  ]) {
    await entries.keep({ namespace: wrong, roleName: wrong, roles: ['student', wrong] });
    assert.deepEqual(entries.get(), {}, wrong);
  }
});
