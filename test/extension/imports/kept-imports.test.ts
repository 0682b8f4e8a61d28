import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createKeptImports,
  differenceFrom,
  type KeptImport,
  silentMs,
} from '../../../extension/src/imports/kept-imports.ts';

function memento() {
  const values = new Map<string, unknown>();
  return {
    values,
    get: <Value>(name: string) => values.get(name) as Value | undefined,
    async update(name: string, value: unknown) {
      if (value === undefined) values.delete(name);
      else values.set(name, structuredClone(value));
    },
  };
}

const now = 1_000_000_000;
const kept: KeptImport = {
  ...{ id: 'imp_1', origin: 'https://bff.example', environment: 'sandbox', operation: 'createInvitation' },
  ...{ caller: 'key-1', journal: 'jrn_1', uri: 'file:///roster.csv', digest: 'ab', seenAt: now },
  ...{ rows: 7, again: false },
  columns: { map: { Login: 'email' }, set: { 'externalReferences[0].namespace': 'SIS' } },
};

describe('imports that have not ended', () => {
  it('are left once their window has been silent for a while, and no longer than the BFF keeps them open', async () => {
    const imports = createKeptImports(memento(), 'imports');
    await imports.keep(kept);
    assert.deepEqual(imports.left(now + silentMs), []);
    assert.deepEqual(imports.left(now + silentMs + 1), [kept]);
    await imports.seen('imp_1', now + silentMs);
    assert.deepEqual(imports.left(now + silentMs + 1), []);
    assert.deepEqual(imports.left(now + 25 * 60 * 60 * 1000), []);
  });

  it('are forgotten when they end, and leave nothing behind', async () => {
    const state = memento();
    const imports = createKeptImports(state, 'imports');
    await imports.keep(kept);
    await imports.forget('imp_1');
    // A heartbeat that comes too late brings nothing back.
    await imports.seen('imp_1', now);
    assert.equal(state.values.size, 0);
  });

  it('are not kept with a text that could say something about people', async () => {
    const state = memento();
    for (const field of ['message', 'email', 'identity.lastName', 'profile.phone'])
      await createKeptImports(state, 'imports').keep({ ...kept, columns: { set: { [field]: 'Ada' } } });
    assert.equal(state.values.size, 0);
  });

  it('are continued by whoever began them, at the BFF that knows what was sent, and by nobody else', () => {
    const { journal, caller } = kept;
    assert.equal(differenceFrom(kept, { journal, caller }), undefined);
    assert.match(differenceFrom(kept, { journal: 'jrn_2', caller }) ?? '', /A different BFF/);
    assert.match(differenceFrom(kept, { journal, caller: 'key-2' }) ?? '', /Somebody else/);
  });
});
