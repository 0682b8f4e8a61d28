import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createImportNames } from '../../../extension/src/imports/import-names.ts';

it('the names of imported files are kept by the import’s id, the newest of them', async () => {
  const values = new Map<string, unknown>();
  const names = createImportNames(
    {
      get: <Value>(name: string) => values.get(name) as Value | undefined,
      async update(name, value) {
        values.set(name, structuredClone(value));
      },
    },
    'importNames',
  );
  assert.equal(names.of('imp_0'), undefined);
  for (let id = 0; id < 250; id += 1) await names.keep(`imp_${id}`, `${id}.csv`);
  await names.keep('imp_60', 'later.csv');
  assert.equal(names.of('imp_0'), undefined);
  assert.equal(names.of('imp_60'), 'later.csv');
  assert.equal(names.of('imp_249'), '249.csv');
  const file = { uri: 'file:///longer.csv', columns: { map: { Login: 'email' }, set: { namespace: 'SIS' } } };
  await names.keep('imp_61', 'longer.csv', file);
  assert.deepEqual([names.of('imp_61'), names.fileOf('imp_61')], ['longer.csv', file]);
  assert.equal(names.fileOf('imp_60'), undefined);
  // A text that may be about a person is not kept, and without it the rows would be others.
  await names.keep('imp_61', 'longer.csv', { ...file, columns: { set: { message: 'Dear Ada' } } });
  assert.equal(names.fileOf('imp_61'), undefined);
  assert.ok(!JSON.stringify([...values]).includes('Ada'));
  assert.equal((values.get('importNames') as unknown[]).length, 200);
});
