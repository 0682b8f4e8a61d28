import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfAnswer, faultWords, questionWithFault } from '../../../extension/src/forms/fault-words.ts';
import { allSteps } from '../../../extension/src/forms/form.ts';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import { userForm } from '../../../extension/src/forms/user-form.ts';

test('a message for people has no raw backticks, and says what to enter, whatever the contract refuses', () => {
  const texts = [
    '',
    ' ',
    '`x`',
    'x\u200by',
    'y'.repeat(3_000),
    '2999-01-01',
    '1850-01-01',
    'a@b',
    'a@exämple.edu',
    ',',
  ];
  for (const form of [invitationForm, userForm]) {
    const draft = { externalReferences: [{ namespace: 'SIS', externalId: '1' }] };
    for (const step of allSteps(form, draft)) {
      if (step.kind !== 'text') continue;
      for (const text of [...texts, ...texts.map((each) => `SIS ${each}`)]) {
        const fault = step.check(text, draft);
        if (fault === undefined) continue;
        // The value itself may have some.
        assert.ok(!fault.replaceAll(text.trim(), '').includes('`'), `${step.ask}: ${fault}`);
        assert.match(
          fault,
          /^(Enter|There is no|This|The domain|The (external ID|namespace) is missing\.) /,
          `${step.ask}: ${JSON.stringify(text)}`,
        );
      }
    }
  }
});

test('what the contract quotes is quoted as people quote', () => {
  assert.equal(faultWords('`x` is odd'), '“x” is odd');
  assert.equal(faultWords('must be text'), 'This must be text');
});

test('what is asked stays in sight beside what is wrong', () => {
  assert.equal(faultOfAnswer('E-mail', 'Enter one'), 'E-mail: Enter one');
  assert.equal(
    questionWithFault('E-mail address of the new user', 'Enter an e-mail address'),
    'E-mail address of the new user. Enter an e-mail address',
  );
  assert.equal(questionWithFault('Which one?', 'Choose one'), 'Which one? Choose one');
});
