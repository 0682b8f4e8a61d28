import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDigests } from '../../../server/journal/digests.ts';

const digests = createDigests(Buffer.alloc(32, 1));
const ofPerson = (externalId: string, namespace = 'SIS') =>
  Buffer.from(
    digests.ofPerson({ environment: 'local', operation: 'createUser' }, { namespace, externalId }),
  ).toString('hex');

describe('the digest of a person', () => {
  const pairs: [what: string, one: string, other: string][] = [
    ['an accent is one character or two', 'Zo\u00eb-7', 'Zoe\u0308-7'],
    ['a blank is at the end', 'S 900', 'S 900 '],
    ['a blank does not break', 'S 900', 'S\u00a0900'],
    ['digits are of full width', '900', '\uff19\uff10\uff10'],
  ];
  for (const [what, one, other] of pairs) {
    it(`is the same whether or not ${what}: two rosters write to nobody twice`, () => {
      assert.equal(ofPerson(one), ofPerson(other));
      assert.equal(ofPerson('1', one), ofPerson('1', other));
    });
  }

  it('is another one for another id, even if only its case differs', () => {
    const ids = ['a1', 'A1', 'a2', 'a 1', 'a01', 'ä1'];
    assert.equal(new Set(ids.map((id) => ofPerson(id))).size, ids.length);
  });
});
