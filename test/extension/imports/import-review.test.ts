import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoTo } from '../../../extension/src/forms/wizard.ts';
import { checkImportFile } from '../../../extension/src/imports/import-file.ts';
import { type ReviewedImport, reviewSteps } from '../../../extension/src/imports/import-review.ts';
import { production, sandbox } from '../samples.ts';

const lines = Array.from({ length: 3_000 }, (_, row) => `s${row}@example.edu,Ada,L,SIS,${row}`);
const text = ['E-mail,First name,Last name,Namespace,Student ID', ...lines, 'nobody,Ada,L,SIS,x'].join('\n');
const { rows } = await checkImportFile(new TextEncoder().encode(text), 'createInvitation', {});
const [first, second, ...toSend] = rows.filter(({ faults }) => faults.length === 0);
assert(first && second);

const reviewed: ReviewedImport = {
  ...{ fileName: 'roster.csv', operation: 'createInvitation', environment: production, rows },
  plan: {
    toSend,
    ends: new Map([
      [first, { state: 'known' }],
      [second, { state: 'unknown' }],
    ]),
  },
  perMinute: 60,
};
const draft = { firstFive: true };

function optionsOf(environment: ReviewedImport['environment']) {
  const [review] = reviewSteps({ ...reviewed, environment });
  assert(review?.kind === 'choice');
  return { review, options: review.options(draft) };
}

describe('the review of an import', () => {
  it('shows how many go where, what is skipped, the first, the last and how long it takes', () => {
    const { options } = optionsOf(production);
    const shown = options.map(({ label, description }) => `${label}: ${description}`).join('\n');
    for (const line of [
      'File: roster.csv',
      'Environment: production · https://api.pearsana.com',
      'Will be sent: 2,998 rows',
      'Skipped, done before: 1',
      'Skipped, faulty: 1 · listed in Problems',
      'Skipped, outcome unknown: 1',
      'First: line 4 · SIS 2',
      'Last: line 3001 · SIS 2999',
      'Time: 50 min at 60 rows a minute',
    ])
      assert(shown.includes(line), `${line} in ${shown}`);
  });

  it('offers the first five before all where the environment is protected, and after it elsewhere', () => {
    assert.deepEqual(
      optionsOf(production)
        .options.slice(0, 2)
        .map(({ id }) => id),
      ['send-first', 'send-all'],
    );
    assert.deepEqual(
      optionsOf(sandbox)
        .options.slice(0, 2)
        .map(({ id }) => id),
      ['send-all', 'send-first'],
    );
  });

  it('sends nothing when a line is chosen', () => {
    const { review, options } = optionsOf(sandbox);
    for (const { id } of options.slice(2)) assert(review.put(id, draft) instanceof GoTo, id);
    assert.deepEqual(review.put('send-all', draft), { firstFive: false });
  });

  it('has the name and the number typed where the environment is protected, and nowhere else', () => {
    const [, confirmation, ...more] = reviewSteps(reviewed);
    assert(confirmation?.kind === 'text' && more.length === 0);
    assert.equal(confirmation.value(draft), '');
    for (const wrong of ['', 'production', '2998', 'production 3000', 'production 2,998', 'Production 2998'])
      assert.equal(confirmation.check(wrong, draft), 'Type “production 2998” exactly');
    assert.equal(confirmation.check('production 2998', draft), undefined);
    assert.equal(reviewSteps({ ...reviewed, environment: sandbox }).length, 1);
  });
});
