import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { faultsOf, type Rule } from '../../server/local-pearsana/field-rules.ts';
import { createInvitationBody, createUserBody } from '../../server/local-pearsana/request-bodies.ts';
import { createInvitationRequest } from '../../shared/invitations.ts';
import { createUserRequest } from '../../shared/users.ts';
import { type Schema, sentences, validate } from '../../shared/validate.ts';
import { arbitraryInvitation, arbitraryUser } from './arbitrary-requests.ts';
import { badly } from './spoilt-requests.ts';
import { samples } from './write-samples.ts';

const seed = 20_260_130;
const runs = 4_000;

const pairs: [name: string, schema: Schema, rule: Rule, valid: fc.Arbitrary<object>, sample: object][] = [
  ['createUser', createUserRequest, createUserBody, arbitraryUser, samples.createUser.whole],
  [
    'createInvitation',
    createInvitationRequest,
    createInvitationBody,
    arbitraryInvitation,
    samples.createInvitation.whole,
  ],
];

describe('contract and local Pearsana, which were written apart', () => {
  for (const [name, schema, rule, valid, sample] of pairs) {
    /** What both say; fails unless they say the same. */
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
      // Else the spoiling spoils nothing, or everything, and the two agree for nothing.
      assert(good > runs / 20 && good < runs / 2, `${good} of ${runs} were good`);
      context.diagnostic(`${good} of ${runs} were good all the same`);
    });

    it(`refuse whatever is no ${name} at all`, () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => assert(!accepted(value))),
        { seed, numRuns: runs / 10 },
      );
    });

    for (const [count, fits] of [
      [0, false],
      [1, true],
      [50, true],
      [51, false],
      [10_000, false],
    ] as const) {
      it(`${fits ? 'accept' : 'refuse'} ${count} external references of ${name}`, () => {
        const externalReferences = Array.from({ length: count }, (_, index) => ({
          namespace: `N${index}`,
          externalId: 'S-1',
        }));
        assert.equal(accepted({ ...sample, externalReferences }), fits);
        const [last] = externalReferences.splice(-1, 1, { namespace: 'N0', externalId: 'S-2' });
        if (last && count > 1)
          assert.equal(accepted({ ...sample, externalReferences }), fits && name === 'createUser');
      });
    }
  }
});
