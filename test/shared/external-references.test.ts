import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { referencesIn, referencesOf } from '../../shared/external-references.ts';
import { operations } from '../../shared/operations.ts';
import { samples, writeNames } from '../support/requests/write-samples.ts';

const sis = (externalId: string) => ({ namespace: 'SIS', externalId });

describe('the references of a request', () => {
  for (const name of writeNames)
    it(`are found where the table says: ${name}`, () => {
      assert.notDeepEqual(referencesOf(name, samples[name].least), []);
    });

  it('are found in a list, in a single field, and in every item of a list', () => {
    const row = (...references: string[]) => ({ ...operations.createUser, references });
    assert.deepEqual(referencesIn(row('people'), { people: [sis('1'), sis('2')] }), [sis('1'), sis('2')]);
    assert.deepEqual(referencesIn(row('about', 'person'), { about: { person: sis('1') } }), [sis('1')]);
    const items = [{ person: sis('1') }, { person: sis('2') }, {}];
    assert.deepEqual(referencesIn(row('items', 'person'), { items }), [sis('1'), sis('2')]);
  });

  it('name each person once, and leave out what is not a reference', () => {
    const externalReferences = [sis('1'), { namespace: 'SIS' }, null, sis('1'), 'SIS 2', sis(' ')];
    assert.deepEqual(referencesOf('createInvitation', { externalReferences }), [sis('1')]);
    assert.deepEqual(referencesOf('createInvitation', undefined), []);
    assert.deepEqual(referencesOf('ping', { externalReferences }), []);
  });
});
