import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import { offering, readPerson } from '../../../extension/src/forms/person-text.ts';
import type { Draft } from '../../../extension/src/forms/request-draft.ts';
import type { Place, WizardInput } from '../../../extension/src/forms/step.ts';
import { runWizard } from '../../../extension/src/forms/wizard.ts';

const [emailStep = assert.fail()] = invitationForm.steps({});
assert(emailStep.kind === 'text');

describe('a person in one line', () => {
  const email = 'ada@example.edu';
  const whole = { email, firstName: 'Ada', lastName: 'Lovelace', isCertain: true };
  const read: [text: string, person: unknown][] = [
    ['Ada Lovelace <ada@example.edu>', whole],
    ['  Ada   Lovelace<ada@example.edu>,', whole],
    ['"Lovelace, Ada" <ada@example.edu>', whole],
    ['Lovelace, Ada <ada@example.edu>;', whole],
    ["'Ada Lovelace' <mailto:ada@example.edu>", whole],
    ['ada@example.edu', { email, isCertain: true }],
    ['<ada@example.edu>', { email, isCertain: true }],
    ['mailto:ada@example.edu', { email, isCertain: true }],
    ['Ada <ada@example.edu>', { email, firstName: 'Ada', isCertain: false }],
    [
      'María García López <m@example.edu>',
      { email: 'm@example.edu', firstName: 'María García', lastName: 'López', isCertain: false },
    ],
    [
      'Ludwig van Beethoven <l@example.edu>',
      { email: 'l@example.edu', firstName: 'Ludwig', lastName: 'van Beethoven', isCertain: false },
    ],
    ['', undefined],
    ['Ada Lovelace', undefined],
    ['ada@example.edu, bob@example.edu', undefined],
    ['Ada <ada@example.edu>, Bob <bob@example.edu>', undefined],
    ['Ada Lovelace <ada@example.edu>\nBob <bob@example.edu>', undefined],
    [`${'x'.repeat(500)} <ada@example.edu>`, undefined],
    ['Write to Ada Lovelace <ada@example.edu> today', undefined],
  ];
  for (const [text, person] of read)
    test(`is read from ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.deepEqual(readPerson(text), person));
});

/** Someone who enters these texts, and accepts everything else. */
async function walk(texts: Record<string, string>, moves: ('back' | undefined)[] = []) {
  const asked: { ask: string; value: string; place: Place }[] = [];
  const input: WizardInput = {
    async text({ ask, value, place, check }) {
      asked.push({ ask, value, place });
      const text = texts[ask] ?? value;
      if (moves[asked.length - 1] === 'back') return { kind: 'back', typed: text };
      assert.equal(check(text), undefined, `${ask}: ${text}`);
      return { kind: 'accepted', value: text };
    },
    choice: async () => assert.fail('there is no choice among these'),
  };
  const draft = await runWizard<Draft>({ title: 'Invite', draft: {}, steps: invitationForm.steps }, input);
  return { draft, asked };
}

describe('a person who is pasted', () => {
  const texts = { 'E-mail': 'Ada Lovelace <ada@example.edu>', 'External reference': 'SIS 7' };
  const identity = { firstName: 'Ada', lastName: 'Lovelace' };

  test('fills three fields with one Enter, and the total stays as it was', async () => {
    const { draft, asked } = await walk(texts);
    assert.deepEqual(draft?.identity, identity);
    assert.equal(draft?.email, 'ada@example.edu');
    assert.deepEqual(
      asked.map(({ ask, place }) => [ask, place.number, place.total]),
      [
        ['E-mail', 1, 4],
        ['External reference', 4, 4],
      ],
    );
  });

  test('is asked for a name that can be divided in more than one way', async () => {
    const { draft, asked } = await walk({ ...texts, 'E-mail': 'Ada King Lovelace <ada@example.edu>' });
    assert.deepEqual(
      asked.slice(1, 3).map(({ ask, value }) => [ask, value]),
      [
        ['First name', 'Ada King'],
        ['Last name', 'Lovelace'],
      ],
    );
    assert.deepEqual(draft?.identity, { firstName: 'Ada King', lastName: 'Lovelace' });
  });

  test('is still in the box after Back, and taken again', async () => {
    const { draft, asked } = await walk(texts, [undefined, 'back']);
    assert.deepEqual(
      asked.map(({ ask, value }) => [ask, value]),
      [
        ['E-mail', ''],
        ['External reference', 'SIS '],
        ['E-mail', texts['E-mail']],
        ['External reference', texts['External reference']],
      ],
    );
    assert.deepEqual(draft?.identity, identity);
  });

  test('is refused with a wrong address, and the words say what to enter', () => {
    assert.match(
      emailStep.took?.('Ada Lovelace <ada@example.edu>') ?? '',
      /^The name “Ada Lovelace” was taken/,
    );
    assert.match(emailStep.check('Ada Lovelace <ada@example>', {}) ?? '', /^This is not an e-mail address/);
  });

  test('is not taken for answered where the contract refuses the name', () => {
    assert.deepEqual(emailStep.answers?.('A\u200bda Lovelace <ada@example.edu>'), ['identity.lastName']);
  });
});

test('a person at hand stands in the box, with the words where from, until something was entered', () => {
  const text = 'Ada Lovelace <ada@example.edu>';
  const step = offering(emailStep, { text, from: 'selection' });
  assert.equal(step.value({}), text);
  assert.equal(step.value({ email: 'b@example.edu' }), 'b@example.edu');
  assert.match(step.prompt, /^E-mail address of the person to invite\. This is selected in the editor/);
});
