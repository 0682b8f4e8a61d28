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

test('the columns of an imported file are used again for one with the same header', async () => {
  const entries = createLastEntries(memento());
  const headers = ['Matrikelnummer', 'Vorname', 'E-Mail'];
  const map = { Vorname: 'identity.firstName' };
  const set = { 'externalReferences[0].namespace': 'SIS' };
  await entries.keepColumns(headers, { operation: 'createInvitation', map, set });
  const found = entries.columnsOf([...headers, 'What to mend'], 'createInvitation');
  assert.deepEqual([found?.map, found?.set], [map, set]);
  assert.equal(entries.columnsOf(headers, 'createUser'), undefined);
  assert.equal(entries.columnsOf(headers.slice(1), 'createInvitation'), undefined);
  // The next form begins with it too.
  assert.deepEqual(entries.get(), { namespace: 'SIS' });
});

test('the columns that were chosen are known in this window before anything is sent, and nowhere else', () => {
  const state = memento();
  const entries = createLastEntries(state);
  const headers = ['Matrikelnummer', 'Vorname'];
  const operation = 'createInvitation' as const;
  const map = { Vorname: 'identity.firstName' };
  entries.noteColumns(headers, { operation, map, set: {} });
  assert.deepEqual(entries.columnsOf(headers, operation)?.map, map);
  assert.equal(entries.columnsOf(headers, 'createUser'), undefined);
  assert.equal(createLastEntries(state).columnsOf(headers, operation), undefined);
  assert.equal(state.kept.size, 0);
  // What was chosen last counts.
  entries.noteColumns(headers, { operation, map: {}, set: {} });
  assert.equal(entries.columnsOf(headers, operation), undefined);
});

test('of an imported file, nothing is kept that could be about a person', async () => {
  const state = memento();
  const entries = createLastEntries(state);
  const operation = 'createInvitation' as const;
  const map = { Vorname: 'identity.firstName' };
  await entries.keepColumns(['Vorname', 'ada@example.edu'], { operation, map, set: {} });
  const set = { 'identity.lastName': 'Lovelace', namespace: 'ada@example.edu' };
  await entries.keepColumns(['Vorname', 'E-Mail'], { operation, map, set });
  const kept = JSON.stringify([...state.kept]);
  assert.match(kept, /Vorname/);
  assert.doesNotMatch(kept, /ada|Lovelace/i);
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
