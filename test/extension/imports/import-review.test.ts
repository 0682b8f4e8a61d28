import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoTo } from '../../../extension/src/forms/step.ts';
import { checkImportFile } from '../../../extension/src/imports/import-file.ts';
import { type ReviewedImport, reviewSteps } from '../../../extension/src/imports/import-review.ts';
import type { KnownWrite } from '../../../shared/activity.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { planOf } from '../../../shared/imports/plan-import.ts';
import { production, sandbox } from '../samples.ts';

const lines = Array.from({ length: 3_000 }, (_, row) => `s${row}@example.edu,Ada,L,SIS,${row}`);
const text = ['E-mail,First name,Last name,Namespace,Student ID', ...lines, 'nobody,Ada,L,SIS,x'].join('\n');
const { rows, roster } = await checkImportFile(new TextEncoder().encode(text), 'createInvitation', {});
const [first, second, ...toSend] = rows.filter(({ faults }) => faults.length === 0);
assert(first && second);

const found = {
  ...{ caller: 'me', journal: 'jrn_1' },
  known: new Map([
    [
      first,
      { id: '1', state: 'succeeded', startedAt: '2026-01-30T12:00:00.000Z', requestId: 'a', mine: true },
    ],
    [
      second,
      { id: '2', state: 'unknown', startedAt: '2026-01-30T12:00:00.000Z', requestId: 'b', mine: true },
    ],
  ] as [CheckedRow, KnownWrite][]),
};
const ready = [first, second, ...toSend];

const reviewed: ReviewedImport = {
  ...{ fileName: 'roster.csv', operation: 'createInvitation', environment: production, rows },
  plan: planOf(ready, found, false),
  perMinute: 60,
  ...{ columns: roster.columns, set: {} },
};
const draft = { firstFive: true, again: false };

async function optionsOf(environment: ReviewedImport['environment']) {
  const review = reviewSteps({ ...reviewed, environment }).find(({ id }) => id === 'review');
  assert(review?.kind === 'choice');
  return { review, options: await review.options(draft) };
}

describe('the review of an import', () => {
  it('shows how many go where, what is skipped, the first, the last and how long it takes', async () => {
    const { options } = await optionsOf(production);
    const shown = options.map(({ label, description }) => `${label}: ${description}`).join('\n');
    for (const line of [
      'File: roster.csv',
      'Environment: production · https://api.pearsana.com',
      'Will be sent: 2,998 rows',
      'Skipped, done before: 1 · choose this line to send them again',
      'Skipped, faulty: 1 · choose this line to see them in Problems; Escape shows them in the file',
      'Skipped, outcome unknown: 1',
      'First: line 4 · SIS 2 · Ada L · s2@example.edu',
      'Last: line 3001 · SIS 2999',
      'Time: 50 min at 60 rows a minute',
    ])
      assert(shown.includes(line), `${line} in ${shown}`);
  });

  it('shows one whole row, and from which column each value comes', async () => {
    const file = 'Matrikelnummer;Vorname;Nachname;E-Mail\n3100111;Huber;Katrin;k@example.edu\n';
    const map = {
      ...{ Vorname: 'identity.firstName', Nachname: 'identity.lastName' },
      Matrikelnummer: 'externalReferences[0].externalId',
    };
    const set = { 'externalReferences[0].namespace': 'SIS' };
    const bytes = new TextEncoder().encode(file);
    const checked = await checkImportFile(bytes, 'createInvitation', { map, set });
    const review = reviewSteps({
      ...{ ...reviewed, environment: sandbox, rows: checked.rows, columns: checked.roster.columns, set },
      plan: planOf(checked.rows, { ...found, known: new Map() }, false),
    }).find(({ id }) => id === 'review');
    assert(review?.kind === 'choice');
    const examples = (await review.options(draft)).filter(({ id }) => id.startsWith('example:'));
    assert.deepEqual(
      examples.map(({ label, description }) => `${label}: ${description}`),
      [
        'External ID ← Matrikelnummer: 3100111',
        'First name ← Vorname: Huber',
        'Last name ← Nachname: Katrin',
        'E-mail: k@example.edu',
        'Namespace: SIS · the same in every row',
      ],
    );
  });

  it('offers the first five before all where the environment is protected, and after it elsewhere', async () => {
    assert.deepEqual(
      (await optionsOf(production)).options.slice(0, 2).map(({ id }) => id),
      ['send-first', 'send-all'],
    );
    assert.deepEqual(
      (await optionsOf(sandbox)).options.slice(0, 2).map(({ id }) => id),
      ['send-all', 'send-first'],
    );
  });

  it('opens the list of faults from the line that counts them, and comes back to the review', () => {
    let opened = 0;
    const openProblems = () => void opened++;
    const review = reviewSteps({ ...reviewed, openProblems }).find(({ id }) => id === 'review');
    assert(review?.kind === 'choice');
    assert(review.put('invalid', draft) instanceof GoTo);
    assert.equal(opened, 1);
  });

  it('says that nobody is told where the environment is the local stand-in', async () => {
    const { options } = await optionsOf({ ...sandbox, kind: 'local' });
    assert.match(options[0]?.detail ?? '', /^Local stand-in only: no e-mail is sent\./);
    assert.doesNotMatch((await optionsOf(sandbox)).options[0]?.detail ?? '', /Local/);
  });

  it('sends nothing when a line is chosen', async () => {
    const { review, options } = await optionsOf(sandbox);
    for (const { id } of options.slice(2)) assert(review.put(id, draft) instanceof GoTo, id);
    assert.deepEqual(review.put('send-all', draft), { firstFive: false, again: false });
  });

  it('has the name and the number typed where the environment is protected, and nowhere else', () => {
    const confirmation = reviewSteps(reviewed).at(-1);
    assert(confirmation?.kind === 'text');
    assert.equal(confirmation.value(draft), '');
    for (const wrong of ['', 'production', '2998', 'production 3000', 'production 2,998', 'Production 2998'])
      assert.equal(confirmation.check(wrong, draft), 'Type “production 2998” exactly');
    assert.equal(confirmation.check('production 2998', draft), undefined);
    assert(reviewSteps({ ...reviewed, environment: sandbox }).every(({ kind }) => kind === 'choice'));
  });

  it('warns before a protected environment as one invitation does, and says what is sent now and what later', async () => {
    const promptIn = (environment: ReviewedImport['environment']) =>
      reviewSteps({ ...reviewed, environment }).find(({ id }) => id === 'review')?.prompt;
    assert.match(promptIn(production) ?? '', /^This reaches real people\./);
    assert.doesNotMatch(promptIn(sandbox) ?? '', /real people/);
    for (const environment of [production, sandbox]) {
      const { options } = await optionsOf(environment);
      for (const { detail } of options.slice(0, 2))
        assert.match(detail ?? '', /^Pearsana e-mails each person\. You /);
    }
    const promptOf = (firstFive: boolean) => reviewSteps({ ...reviewed, firstFive }).at(-1)?.prompt;
    const all = 'Pearsana e-mails each person. Type “production 2998” to invite 2,998 people';
    assert.equal(promptOf(false), all);
    assert.equal(promptOf(true), `${all}: the first 5 now, the other 2,993 after you agree`);
  });

  it('sends what was done before only if that is chosen, and then counts and names it', async () => {
    const again = { ...reviewed, plan: planOf(ready, found, true) };
    const known = reviewSteps(reviewed).find(({ id }) => id === 'known');
    assert(known?.kind === 'choice');
    assert.deepEqual(known.put('again', draft), { ...draft, again: true });
    assert.deepEqual(known.put('skip', { ...draft, again: true }), draft);
    const review = reviewSteps(again).find(({ id }) => id === 'review');
    assert(review?.kind === 'choice');
    const lines = await review.options({ ...draft, again: true });
    assert.equal(lines.find(({ id }) => id === 'send')?.description, '2,999 rows');
    assert.equal(lines.find(({ id }) => id === 'known')?.label, 'Sent again, done before');
    assert.equal(review.put('known', draft) instanceof GoTo, true);
    const confirmation = reviewSteps(again).at(-1);
    assert(confirmation?.kind === 'text');
    assert.equal(confirmation.check('production 2999', draft), undefined);
    // What an import that sends again has done itself is not sent a third time.
    const later = planOf(ready, found, { before: '2026-01-30T12:00:00.000Z' });
    assert.equal(later.ends.get(first)?.state, 'known');
  });

  it('says what has changed in a file that was confirmed before', async () => {
    const review = reviewSteps({ ...reviewed, rowsBefore: 2_963 }).find(({ id }) => id === 'review');
    assert(review?.kind === 'choice');
    const file = (await review.options(draft)).find(({ id }) => id === 'file');
    assert.equal(
      file?.description,
      'roster.csv · changed since you confirmed it: 3,001 rows now, 2,963 then',
    );
  });
});
