import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  firstReference,
  readReference,
  referenceText,
} from '../../../extension/src/forms/reference-steps.ts';
import { createInvitationRequest } from '../../../shared/invitations.ts';

describe('an external reference in one box', () => {
  const read: [text: string, namespace: string, externalId: string][] = [
    ['SIS 20261234', 'SIS', '20261234'],
    ['  SIS \t 20261234  ', 'SIS', '20261234'],
    ['SIS A 12/3', 'SIS', 'A 12/3'],
    ['"My LMS" 77', 'My LMS', '77'],
    ['SIS', 'SIS', ''],
    ['', '', ''],
    ['"My LMS', '"My', 'LMS'],
  ];
  for (const [text, namespace, externalId] of read)
    test(`is read from ${JSON.stringify(text)}`, () =>
      assert.deepEqual(readReference(text), { namespace, externalId }));

  test('is read again as it is shown', () => {
    for (const reference of [
      { namespace: 'SIS', externalId: '20261234' },
      { namespace: 'My LMS', externalId: 'A 1' },
      { namespace: 'Ünï', externalId: '"7"' },
    ])
      assert.deepEqual(readReference(referenceText(reference)), reference);
  });

  test('that a program gave is not changed by an Enter, whatever blanks and quotes it has', () => {
    const step = firstReference(createInvitationRequest);
    for (const [namespace, externalId] of [
      [' SIS', ' 7 '],
      ['a "b', 'c'],
      ['\tS', '7'],
    ]) {
      const draft = { externalReferences: [{ namespace, externalId }] };
      assert.deepEqual(step.put(step.value(draft), draft), draft);
    }
  });

  test('begins with the namespace that was used before, so that only the external ID is typed', () => {
    const step = firstReference(createInvitationRequest);
    assert.equal(step.value({}), 'SIS ');
    assert.equal(step.value({ externalReferences: [{ namespace: 'LMS', externalId: '' }] }), 'LMS ');
    assert.equal(step.append, true);
  });
});
