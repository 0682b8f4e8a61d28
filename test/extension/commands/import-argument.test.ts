import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readImportArgument, readImportReference } from '../../../extension/src/commands/import-argument.ts';

const inTest = { inTest: true };

describe('the argument of an import', () => {
  it('is taken as it is, with nothing that was not given', () => {
    assert.deepEqual(readImportArgument(undefined, inTest), {});
    assert.deepEqual(readImportArgument({ environment: 'sandbox' }, inTest), { environment: 'sandbox' });
    const whole = {
      ...{ environment: 'sandbox', operation: 'createUser', uri: 'file:///a.csv', confirm: true },
      ...{ set: { namespace: 'SIS' }, map: { Login: 'email' } },
    };
    assert.deepEqual(readImportArgument(whole, inTest), whole);
  });

  for (const wrong of [
    5,
    'file.csv',
    { environment: '../x' },
    { operation: 'submitDocumentBatch' },
    { set: { namespace: 1 } },
    { map: ['email'] },
    { uri: 7 },
    { rows: 3 },
  ]) {
    it(`is refused when it is ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => readImportArgument(wrong, inTest), { code: 'ARGUMENTS_INVALID' });
    });
  }

  it('confirms nothing outside a test', () => {
    assert.throws(() => readImportArgument({ confirm: true }, { inTest: false }), /it asks you/);
  });

  it('names an import of this window, or one of the BFF', () => {
    assert.deepEqual(readImportReference({ run: '1', item: {} }), { run: '1' });
    const other = { environment: 'sandbox', importId: 'imp_1' };
    assert.deepEqual(readImportReference({ ...other, item: {} }), other);
    assert.throws(() => readImportReference({ importId: 'imp_1' }), { code: 'ARGUMENTS_INVALID' });
  });
});
