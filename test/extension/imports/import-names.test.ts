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
  assert.equal((values.get('importNames') as unknown[]).length, 200);
});
