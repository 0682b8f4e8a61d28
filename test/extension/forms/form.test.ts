import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answeredSteps, unmendable } from '../../../extension/src/forms/form.ts';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import type { FormOperation, OperationForm } from '../../../extension/src/forms/operation-form.ts';
import type { Draft } from '../../../extension/src/forms/request-draft.ts';
import { confirmationStep, reviewStep } from '../../../extension/src/forms/review.ts';
import { userForm } from '../../../extension/src/forms/user-form.ts';
import { type Answer, runWizard, type WizardInput } from '../../../extension/src/forms/wizard.ts';
import { operations } from '../../../shared/operations.ts';
import { validate } from '../../../shared/validate.ts';

const production = {
  id: 'production',
  name: 'production',
  kind: 'production',
  apiUrl: 'https://api.example.com',
  protected: true,
} as const;

/** What a person enters, step by step. A step that is not named is accepted as it is. */
type Script = Record<string, string | string[]>;

const people: { form: OperationForm<FormOperation>; script: Script; request: Draft }[] = [
  {
    form: invitationForm,
    script: {
      'E-mail': 'ada@example.edu',
      'First name': 'Ada',
      'Last name': 'Lovelace',
      'External reference, id': 'A-1',
      Message: 'Welcome, $(heart) [you](command:x)',
      Roles: 'student, faculty',
      Confirm: 'production',
    },
    request: {
      email: 'ada@example.edu',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
      message: 'Welcome, $(heart) [you](command:x)',
      roles: ['student', 'faculty'],
    },
  },
  {
    form: userForm,
    script: {
      'E-mail': 'ada@example.edu',
      'First name': 'Ada',
      'Last name': 'Lovelace',
      'External reference, id': 'A-1',
      Profile: ['profile.phone', 'profile.address.dateOfBirth'],
      Phone: '+1 555 0100',
      'Date of birth': '1985-12-10',
      Confirm: 'production',
    },
    request: {
      identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
      externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
      profile: { phone: '+1 555 0100', address: { dateOfBirth: '1985-12-10' } },
    },
  },
];

type Move = (ask: string, visit: number) => 'escape' | 'back' | undefined;

/** Plays a person. `shown` gets the name of every step that came up, and what stood in it. */
function play(
  script: Script,
  shown: { ask: string; value?: string }[],
  move: Move = () => undefined,
): WizardInput {
  const visits = new Map<string, number>();
  function turn<Value>(
    ask: string,
    value: string | undefined,
    typed: string | undefined,
    accepted: Value,
  ): Answer<Value> {
    const visit = (visits.get(ask) ?? 0) + 1;
    visits.set(ask, visit);
    shown.push(value === undefined ? { ask } : { ask, value });
    const moved = move(ask, visit);
    if (moved === 'escape') return { kind: 'cancelled' };
    if (moved === 'back') return typed === undefined ? { kind: 'back' } : { kind: 'back', typed };
    return { kind: 'accepted', value: accepted };
  }
  return {
    async text({ ask, value, check }) {
      const entered = script[ask];
      const text = typeof entered === 'string' ? entered : value;
      const answer = turn(ask, value, text, text);
      if (answer.kind === 'accepted') assert.equal(check(text), undefined, `${ask}: ${text}`);
      return answer;
    },
    async choice({ ask, options, many }) {
      const entered = script[ask];
      const first = options[0]?.id ?? '';
      return turn(ask, undefined, undefined, Array.isArray(entered) ? entered : many ? [] : [first]);
    },
  };
}

function wizardOf(form: OperationForm<FormOperation>, draft: Draft = {}, answered?: ReadonlySet<string>) {
  const review = reviewStep(form, production);
  const steps = (now: Draft) => [...form.steps(now), review, confirmationStep('production', form.deed(now))];
  return { title: form.title, draft, steps, ...(answered && { answered }) };
}

for (const { form, script, request } of people) {
  describe(form.operation, () => {
    test('a person who goes straight on ends with the request, and it is valid', async () => {
      const shown: { ask: string }[] = [];
      const draft = await runWizard(wizardOf(form), play(script, shown));
      assert.deepEqual(draft, request);
      assert.ok(validate(operations[form.operation].request, draft).ok);
      assert.deepEqual(shown.slice(-2), [{ ask: 'Review' }, { ask: 'Confirm', value: '' }]);
    });

    test('the review shows every value that is sent, as it is sent, and no other', () => {
      const review = reviewStep(form, production);
      const [send, ...lines] = review.options(request);
      const leaves: string[] = [];
      JSON.stringify(request, (_key, value) => {
        if (typeof value === 'string') leaves.push(value);
        return value;
      });
      assert.deepEqual(
        lines.map(({ description }) => description),
        leaves,
      );
      assert.match(send?.label ?? '', /production$/);
      assert.equal(send?.detail, form.consequence(request, 'production'));
      const local = reviewStep(form, { ...production, kind: 'local' }).options(request)[0];
      assert.match(local?.detail ?? '', /^Local stand-in only: no /);
      // Each line is named in words, not by its path.
      for (const { label } of lines) assert.doesNotMatch(label, /[.[]/);
    });

    const asks: { ask: string }[] = [];
    test('Escape ends it at every step', async () => {
      await runWizard(wizardOf(form), play(script, asks));
      assert.ok(asks.length > 8);
      for (const { ask } of asks) {
        const shown: { ask: string }[] = [];
        const draft = await runWizard(
          wizardOf(form),
          play(script, shown, (at) => (at === ask ? 'escape' : undefined)),
        );
        assert.equal(draft, undefined, ask);
        assert.equal(shown.at(-1)?.ask, ask);
      }
    });

    test('Back from every step leads to the one before, and what was typed is still there', async () => {
      for (const [index, { ask }] of asks.entries()) {
        if (index === 0 || ask === asks[index - 1]?.ask) continue;
        const shown: { ask: string; value?: string }[] = [];
        const back: Move = (at, visit) => (at === ask && visit === 1 ? 'back' : undefined);
        const draft = await runWizard(wizardOf(form), play(script, shown, back));
        assert.deepEqual(draft, request, ask);
        assert.equal(shown[index + 1]?.ask, asks[index - 1]?.ask, ask);
        const entered = script[ask];
        const again = shown.filter((each) => each.ask === ask)[1];
        if (typeof entered === 'string') assert.equal(again?.value, entered, ask);
      }
    });

    test('a wrong value cannot be passed, and the words say what to enter', () => {
      const wrong: Record<string, [text: string, words: RegExp]> = {
        'E-mail': ['nobody', /^Enter an e-mail address, for example/],
        'First name': ['  ', /^Enter a first name$/],
        'Last name': ['x'.repeat(201), /^This must have at most 200 characters$/],
        'External reference, namespace': ['', /^Enter the system, for example SIS$/],
        'External reference, id': ['', /^Enter the person’s id$/],
        Role: ['', /^Enter a role, for example student$/],
        Message: ['x'.repeat(2_001), /^This must have at most 2,000 characters$/],
        Roles: ['student,,', /^This must not be empty$/],
        Phone: ['1'.repeat(201), /^This must have at most 200 characters$/],
        'Date of birth': ['2001-02-29', /^Use the format YYYY-MM-DD, for example 2000-05-15$/],
        Confirm: ['Production', /exactly/],
      };
      const steps = [...form.steps(request), confirmationStep('production', form.deed(request))];
      const checked = steps.filter((step) => step.kind === 'text');
      assert.ok(checked.length > 5);
      for (const step of checked) {
        const [text, words] = wrong[step.ask] ?? assert.fail(`no wrong value for ${step.ask}`);
        assert.match(step.check(text, request) ?? 'nothing', words, step.ask);
      }
    });

    test('a line of the review leads to its step, and from there straight back', async () => {
      const shown: { ask: string; value?: string }[] = [];
      const input = play(script, shown);
      let reviews = 0;
      const choice: WizardInput['choice'] = async (asked) => {
        const answer = await input.choice(asked);
        if (asked.ask !== 'Review') return answer;
        reviews += 1;
        const line = asked.options.find(({ label }) => label === 'Last name');
        return reviews === 1 ? { kind: 'accepted', value: [line?.id ?? 'send'] } : answer;
      };
      await runWizard(wizardOf(form), { ...input, choice });
      assert.deepEqual(
        shown.slice(-4).map(({ ask }) => ask),
        ['Review', 'Last name', 'Review', 'Confirm'],
      );
    });

    test('a request that is given is asked for no more, but reviewed and confirmed', async () => {
      const validation = validate(operations[form.operation].request, request);
      const answered = answeredSteps(form.steps(request), validation.ok ? [] : validation.issues);
      const shown: { ask: string }[] = [];
      const draft = await runWizard(wizardOf(form, request, answered), play(script, shown));
      assert.deepEqual(draft, request);
      assert.deepEqual(
        shown.map(({ ask }) => ask),
        ['Review', 'Confirm'],
      );
    });

    test('of a request that is partly wrong, only what is wrong is asked; what nobody could mend is named', async () => {
      const partly: Draft = { ...request, externalReferences: undefined, foo: 1 };
      const validation = validate(operations[form.operation].request, partly);
      const issues = validation.ok ? [] : validation.issues;
      assert.deepEqual(
        unmendable(form.steps(partly), issues).map(({ path }) => path),
        ['foo'],
      );
      const { foo: _unknown, ...mendable } = partly;
      const shown: { ask: string }[] = [];
      await runWizard(
        wizardOf(form, mendable, answeredSteps(form.steps(mendable), issues)),
        play(script, shown),
      );
      assert.deepEqual(
        shown.map(({ ask }) => ask),
        [
          'External reference, namespace',
          'External reference, id',
          'Another external reference',
          'Review',
          'Confirm',
        ].filter((ask) => ask !== 'Another external reference'),
      );
    });
  });
}

test('a second external reference can be added, must have a namespace of its own, and can be left out again', async () => {
  const [invitation = assert.fail()] = people;
  const script: Script = {
    ...invitation.script,
    'External reference 2, namespace': 'LMS',
    'External reference 2, id': 'B-2',
  };
  const shown: { ask: string; value?: string }[] = [];
  const input = play(script, shown);
  let asked = 0;
  const choice: WizardInput['choice'] = async (ask) => {
    const answer = await input.choice(ask);
    if (ask.ask !== 'Another external reference') return answer;
    asked += 1;
    return asked === 1 ? { kind: 'accepted', value: ['another'] } : answer;
  };
  const text: WizardInput['text'] = async (ask) => {
    if (ask.ask === 'External reference 2, namespace') assert.match(ask.check('SIS') ?? '', /used twice/);
    return input.text(ask);
  };
  const draft = await runWizard(wizardOf(invitationForm), { text, choice });
  assert.deepEqual(draft?.externalReferences, [
    { namespace: 'SIS', externalId: 'A-1' },
    { namespace: 'LMS', externalId: 'B-2' },
  ]);
});

test('a profile field that is ticked and then left empty is not sent', async () => {
  const [, user = assert.fail()] = people;
  const script = {
    ...user.script,
    Profile: ['profile.address.line2', 'profile.phone', 'profile.address.dateOfBirth'],
    'Address, line 2': '',
  };
  assert.deepEqual(await runWizard(wizardOf(userForm), play(script, [])), user.request);
});

test('what no step has checked is checked before it is sent', async () => {
  const [invitation = assert.fail()] = people;
  const twice = [
    { namespace: 'SIS', externalId: 'A-1' },
    { namespace: 'SIS', externalId: 'B-2' },
  ];
  const draft = { ...invitation.request, externalReferences: twice };
  const everything = new Set(invitationForm.steps(draft).map(({ id }) => id));
  const shown: { ask: string }[] = [];
  const script = { ...invitation.script, 'External reference 2, namespace': 'LMS' };
  await runWizard(wizardOf(invitationForm, draft, everything), play(script, shown));
  assert.deepEqual(
    shown.map(({ ask }) => ask),
    ['Review', 'External reference 2, namespace', 'Review', 'Confirm'],
  );
});
