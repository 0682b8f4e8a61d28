import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { faultsOf, type Rule } from '../../server/local-pearsana/field-rules.ts';
import {
  createInvitationBody,
  createUserBody,
  submitBatchBody,
  submitDocumentBody,
} from '../../server/local-pearsana/request-bodies.ts';
import { operations } from '../../shared/operations.ts';
import { sentences, validate } from '../../shared/validate.ts';
import { lists, samples, type WriteName, writeNames } from '../support/requests/write-samples.ts';
import {
  arbitraryBatch,
  arbitraryDocument,
  arbitraryInvitation,
  arbitraryUser,
} from './arbitrary-requests.ts';
import { badly } from './spoilt-requests.ts';

const seed = 20_260_130;
const runs = 4_000;

const theirs: { [Name in WriteName]: [rule: Rule, valid: fc.Arbitrary<object>] } = {
  createUser: [createUserBody, arbitraryUser],
  createInvitation: [createInvitationBody, arbitraryInvitation],
  submitDocument: [submitDocumentBody, arbitraryDocument],
  submitDocumentBatch: [submitBatchBody, arbitraryBatch],
};

describe('contract and local Pearsana, which were written apart', () => {
  for (const name of writeNames) {
    const schema = operations[name].request;
    const [rule, valid] = theirs[name];
    /** The verdict of both; fails unless they agree. */
    const accepted = (value: unknown): boolean => {
      const validation = validate(schema, value);
      const faults = faultsOf(rule, value);
      const words = validation.ok ? [] : sentences(validation.issues);
      assert.equal(
        validation.ok,
        faults.length === 0,
        `contract: ${words.join(' | ') || 'accepted'}; rules: ${faults.join(' | ') || 'accepted'}`,
      );
      if (validation.ok) assert.deepEqual(validation.value, value);
      return validation.ok;
    };

    it(`accept the same good requests of ${name}`, (context) => {
      context.diagnostic(`seed ${seed}`);
      fc.assert(
        fc.property(valid, (request) => assert(accepted(request))),
        { seed, numRuns: runs / 4 },
      );
    });

    it(`accept and refuse the same spoilt requests of ${name}`, (context) => {
      context.diagnostic(`seed ${seed}`);
      let good = 0;
      fc.assert(
        fc.property(badly(valid), (request) => {
          if (accepted(request)) good += 1;
        }),
        { seed, numRuns: runs },
      );
      // Otherwise the spoiling would spoil nothing or everything, and the agreement would prove nothing.
      assert(good > runs / 20 && good < runs / 2, `${good} of ${runs} were good`);
      context.diagnostic(`${good} of ${runs} were good all the same`);
    });

    it(`refuse whatever is no ${name} at all`, () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => assert(!accepted(value))),
        { seed, numRuns: runs / 10 },
      );
    });

    const list = lists[name];
    for (const count of list ? [0, 1, list.most, list.most + 1, 10_000] : []) {
      const { field, most, entry } = list ?? assert.fail();
      const fits = count > 0 && count <= most;
      it(`${fits ? 'accept' : 'refuse'} ${count} ${field} of ${name}`, () => {
        const entries = Array.from({ length: count }, (_, index) => entry(index));
        const request = (changed: object[]) => ({ ...samples[name].whole, [field]: changed });
        assert.equal(accepted(request(entries)), fits);
        if (count < 2) return;
        // An entry twice: only a user may have two references of one namespace.
        entries.splice(-1, 1, entry(0));
        assert.equal(accepted(request(entries)), fits && name === 'createUser');
      });
    }
  }
});
