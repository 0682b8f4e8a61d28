import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { colors } from '../../../extension/src/contributions.ts';
import {
  allSteps,
  answeredSteps,
  type PersonOperation,
  unmendable,
} from '../../../extension/src/forms/form.ts';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import type { OperationForm } from '../../../extension/src/forms/operation-form.ts';
import type { Draft } from '../../../extension/src/forms/request-draft.ts';
import { confirmationStep, moreStep, reviewStep } from '../../../extension/src/forms/review.ts';
import type { Answer, Place, WizardInput } from '../../../extension/src/forms/step.ts';
import { userForm } from '../../../extension/src/forms/user-form.ts';
import { runWizard, type Wizard } from '../../../extension/src/forms/wizard.ts';
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

const people: { form: OperationForm<PersonOperation>; script: Script; request: Draft }[] = [
  {
    form: invitationForm,
    script: {
      'E-mail': 'ada@example.edu',
      'First name': 'Ada',
      'Last name': 'Lovelace',
      'External reference': 'SIS A-1',
      More: ['message', 'roles'],
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
      'External reference': 'SIS A-1',
      More: ['profile.phone', 'profile.address.dateOfBirth'],
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
type Shown = { ask: string; value?: string; place: Place };

/** Plays a person, who opens More once where the script has something for it. `shown` gets every step that came up. */
function play(script: Script, shown: Shown[], move: Move = () => undefined): WizardInput {
  const visits = new Map<string, number>();
  let hasMore = script.More === undefined;
  function turn<Value>(step: Shown, typed: string | undefined, accepted: Value): Answer<Value> {
    const visit = (visits.get(step.ask) ?? 0) + 1;
    visits.set(step.ask, visit);
    shown.push(step);
    const moved = move(step.ask, visit);
    if (moved === undefined) return { kind: 'accepted', value: accepted };
    return { kind: moved === 'escape' ? 'cancelled' : 'back', ...(typed !== undefined && { typed }) };
  }
  return {
    async text({ place, ask, value, check }) {
      const entered = script[ask];
      const text = typeof entered === 'string' ? entered : value;
      const answer = turn({ ask, value, place }, text, text);
      if (answer.kind === 'accepted') assert.equal(check(text), undefined, `${ask}: ${text}`);
      return answer;
    },
    async choice({ place, ask, options }) {
      const entered = script[ask];
      const first = ask === 'Review' && !hasMore ? 'more' : ((await options)[0]?.id ?? '');
      const answer = turn({ ask, place }, undefined, Array.isArray(entered) ? entered : [first]);
      if (ask === 'More' && answer.kind === 'accepted') hasMore = true;
      return answer;
    },
  };
}

const asksOf = (shown: readonly Shown[]) => shown.map(({ ask }) => ask);

function wizardOf(
  form: OperationForm<PersonOperation>,
  draft: Draft = form.begin({}),
  more: Partial<Wizard<Draft>> = {},
): Wizard<Draft> {
  const review = reviewStep(form, production);
  return {
    title: form.title,
    draft,
    steps: (now) => [...form.steps(now), review, confirmationStep('production', form.deed(now))],
    detours: (now) => [moreStep(form), ...form.optionalSteps(now)],
    ...more,
  };
}

for (const { form, script, request } of people) {
  describe(form.operation, () => {
    test('a person who goes straight on ends with the request, and it is valid', async () => {
      const shown: Shown[] = [];
      const draft = await runWizard(wizardOf(form), play(script, shown));
      assert.deepEqual(draft, request);
      assert.ok(validate(operations[form.operation].request, draft).ok);
      assert.deepEqual(asksOf(shown).slice(-2), ['Review', 'Confirm']);
      assert.equal(shown.at(-1)?.value, '');
    });

    test('only what every request needs is asked in a row, and the total stays as it is', async () => {
      const shown: Shown[] = [];
      await runWizard(wizardOf(form), play(script, shown));
      const counted = shown.filter(({ place }) => place.number !== undefined);
      const total = form.operation === 'createUser' ? 7 : 6;
      for (const { place } of counted) assert.equal(place.total, total);
      const reviewed = asksOf(counted).filter((ask) => ask === 'Review').length;
      assert.equal(reviewed, 2);
      assert.deepEqual(
        [...new Set(counted.map(({ place }) => place.number))],
        Array.from({ length: total }, (_, index) => index + 1),
      );
    });

    test('every title says what is asked', async () => {
      const shown: Shown[] = [];
      await runWizard(wizardOf(form), play(script, shown));
      for (const { ask, place } of shown) assert.equal(place.title, `${form.title} · ${ask}`);
    });

    test('the review shows every value that is sent, as it is sent, and no other', async () => {
      const review = reviewStep(form, production);
      const [send, ...lines] = await review.options(request);
      const { externalReferences: _, roles, ...others } = request;
      const leaves: string[] = ['SIS A-1', ...(roles === undefined ? [] : ['student, faculty'])];
      JSON.stringify(others, (_key, value) => {
        if (typeof value === 'string') leaves.push(value);
        return value;
      });
      const shown = lines.filter(({ id }) => id !== 'more');
      assert.deepEqual(shown.map(({ description }) => description).sort(), leaves.sort());
      assert.match(send?.label ?? '', /^(Invite|Create the user) ada@example\.edu.* — production$/);
      const consequence = form.consequence(request, 'production');
      assert.equal(send?.detail, `Next, you type “production” to confirm. ${consequence}`);
      const [local] = await reviewStep(form, { ...production, kind: 'local', protected: false }).options(
        request,
      );
      assert.match(local?.detail ?? '', /^Local stand-in only: no /);
      // Each line is named in words, not by its path.
      for (const { label } of lines) assert.doesNotMatch(label, /[.[]/);
    });

    test('a protected environment looks like no other', async () => {
      const [send] = await reviewStep(form, production).options(request);
      assert.deepEqual([send?.icon, send?.color], ['shield', colors.protected]);
      const [other] = await reviewStep(form, { ...production, protected: false }).options(request);
      assert.equal(other?.icon, undefined);
      const confirmation = confirmationStep('production', form.deed(request), 'It is real.');
      assert.match(
        confirmation.prompt,
        /^It is real\. Type “production” to .* ada@example\.edu as (student, faculty|student)$/,
      );
    });

    const asks: Shown[] = [];
    test('Escape ends it at every step, and what was entered can be continued there', async () => {
      await runWizard(wizardOf(form), play(script, asks));
      assert.ok(asks.length > 8);
      for (const ask of new Set(asksOf(asks))) {
        const shown: Shown[] = [];
        let left: Wizard<Draft>['from'];
        const onLeft: Wizard<Draft>['onLeft'] = (now) => {
          left = now;
        };
        const escaping = play(script, shown, (at) => (at === ask ? 'escape' : undefined));
        assert.equal(await runWizard(wizardOf(form, undefined, { onLeft }), escaping), undefined, ask);
        assert.equal(shown.at(-1)?.ask, ask);
        assert.ok(left);
        const again: Shown[] = [];
        const draft = await runWizard(wizardOf(form, undefined, { from: left }), play(script, again));
        assert.deepEqual(draft, request, ask);
        assert.equal(again[0]?.ask, ask);
        if (typeof script[ask] === 'string') assert.equal(again[0]?.value, script[ask], ask);
      }
    });

    test('Back from every step leads to the one before, and what was typed is still there', async () => {
      for (const [index, { ask }] of asks.entries()) {
        if (index === 0 || asksOf(asks).indexOf(ask) !== index) continue;
        const shown: Shown[] = [];
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
        'E-mail': ['nobody', /^This is not an e-mail address\. Enter one such as/],
        'First name': ['  ', /^Enter a first name$/],
        'Last name': ['x'.repeat(201), /^This is too long\. Use at most 200 characters$/],
        'External reference': [
          'SIS ',
          /^The external ID is missing\. Enter the namespace and the external ID, for example SIS 20261234$/,
        ],
        'External reference 2': [
          '77',
          /^The external ID is missing\. Enter the namespace and the external ID/,
        ],
        Role: ['', /^Enter a role, for example student$/],
        Message: ['x'.repeat(2_001), /^This is too long\. Use at most 2,000 characters$/],
        Roles: ['student,,', /^Enter a role between the commas/],
        Currency: ['eur', /^This is not a currency\. Use three capital letters, for example USD$/],
        'Date of birth': [
          '2001-02-29',
          /^There is no such date\. Use the format YYYY-MM-DD, for example 2000-05-15$/,
        ],
        Confirm: ['Production', /exactly/],
      };
      const steps = [...allSteps(form, request), confirmationStep('production', form.deed(request))];
      const checked = steps.filter((step) => step.kind === 'text');
      assert.ok(checked.length > 5);
      for (const step of checked) {
        const [text, words] = wrong[step.ask] ?? ['x\u200by'.repeat(99), /^This (is|contains) /];
        assert.match(step.check(text, request) ?? 'nothing', words, step.ask);
      }
    });

    test('a line of the review leads to its step, and from there straight back', async () => {
      const shown: Shown[] = [];
      const { More: _, ...plain } = script;
      const input = play(plain, shown);
      let reviews = 0;
      const choice: WizardInput['choice'] = async (asked) => {
        const answer = await input.choice(asked);
        if (asked.ask !== 'Review') return answer;
        reviews += 1;
        const line = (await asked.options).find(({ label }) => label === 'Last name');
        return reviews === 1 ? { kind: 'accepted', value: [line?.id ?? 'send'] } : answer;
      };
      await runWizard(wizardOf(form), { ...input, choice });
      assert.deepEqual(asksOf(shown).slice(-4), ['Review', 'Last name', 'Review', 'Confirm']);
    });

    test('a request that is given is asked for no more, but reviewed and confirmed', async () => {
      const validation = validate(operations[form.operation].request, request);
      const answered = answeredSteps(form.steps(request), validation.ok ? [] : validation.issues);
      const shown: Shown[] = [];
      const { More: _, ...plain } = script;
      const draft = await runWizard(wizardOf(form, request, { answered }), play(plain, shown));
      assert.deepEqual(draft, request);
      assert.deepEqual(asksOf(shown), ['Review', 'Confirm']);
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
      const shown: Shown[] = [];
      const answered = answeredSteps(form.steps(mendable), issues);
      const { More: _, ...plain } = script;
      await runWizard(wizardOf(form, mendable, { answered }), play(plain, shown));
      assert.deepEqual(asksOf(shown), ['External reference', 'Review', 'Confirm']);
    });
  });
}

test('what the last request had is offered first, and nothing that is about a person', () => {
  const last = { namespace: 'LMS', roleName: 'faculty', roles: ['faculty'] };
  const [, , , role, reference] = userForm.steps(userForm.begin(last));
  assert.equal(role?.kind === 'text' && role.value(userForm.begin(last)), 'faculty');
  assert.equal(reference?.kind === 'text' && reference.value(userForm.begin(last)), 'LMS ');
  assert.deepEqual(invitationForm.begin(last).roles, ['faculty']);
  assert.match(invitationForm.deed({ email: 'a@b.co', ...invitationForm.begin(last) }), /as faculty$/);
  for (const { form, request } of people) {
    const kept = JSON.stringify(form.entriesOf(request));
    assert.match(kept, /SIS/);
    assert.doesNotMatch(kept, /ada|Lovelace|A-1|555/);
  }
});

test('a second external reference can be added, must have a namespace of its own, and can be left out again', async () => {
  const [invitation = assert.fail()] = people;
  const script: Script = {
    ...invitation.script,
    More: ['externalReferences[1]'],
    'External reference 2': 'LMS B-2',
  };
  const shown: Shown[] = [];
  const input = play(script, shown);
  const text: WizardInput['text'] = async (ask) => {
    if (ask.ask === 'External reference 2')
      assert.match(ask.check('SIS B-2') ?? '', /^This namespace is already used/);
    return input.text(ask);
  };
  const draft = await runWizard(wizardOf(invitationForm), { ...input, text });
  assert.deepEqual(draft?.externalReferences, [
    { namespace: 'SIS', externalId: 'A-1' },
    { namespace: 'LMS', externalId: 'B-2' },
  ]);
  const second = invitationForm.optionalSteps(draft ?? {}).find(({ ask }) => ask === 'External reference 2');
  assert.equal(second?.kind, 'text');
  const without = second.put('', draft ?? {});
  assert.deepEqual(without.externalReferences, [{ namespace: 'SIS', externalId: 'A-1' }]);
});

test('a profile field that is chosen and then left empty is not sent', async () => {
  const [, user = assert.fail()] = people;
  const script = {
    ...user.script,
    More: ['profile.address.line2', 'profile.phone', 'profile.address.dateOfBirth'],
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
  const answered = new Set(invitationForm.steps(draft).map(({ id }) => id));
  const shown: Shown[] = [];
  const { More: _, ...plain } = invitation.script;
  const script = { ...plain, 'External reference 2': 'LMS B-2' };
  await runWizard(wizardOf(invitationForm, draft, { answered }), play(script, shown));
  assert.deepEqual(asksOf(shown), ['Review', 'External reference 2', 'Review', 'Confirm']);
});
