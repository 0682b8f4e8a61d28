import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoTo, type Place, type Step, type WizardInput } from '../../../extension/src/forms/step.ts';
import { runWizard } from '../../../extension/src/forms/wizard.ts';
import {
  beginColumns,
  type ColumnsDraft,
  columnSteps,
  fieldsLacking,
} from '../../../extension/src/imports/column-steps.ts';
import { fittingOperations } from '../../../extension/src/imports/fitting-operations.ts';

const fits = (text: string) => fittingOperations(new TextEncoder().encode(text));

/** Answers each step by its id; an unexpected one fails the test. */
async function answer(text: string, answers: Record<string, string>): Promise<ColumnsDraft | undefined> {
  const all = await fits(text);
  const asked: string[] = [];
  let current: readonly Step<ColumnsDraft>[] = [];
  const totals = new Set<number>();
  const next = ({ total }: Place, prompt: string) => {
    const id = current.find((step) => step.prompt === prompt)?.id ?? assert.fail('no such step');
    asked.push(id);
    if (total !== undefined) totals.add(total);
    return answers[id] ?? assert.fail(`${id} was asked for`);
  };
  const input: WizardInput = {
    async text({ place, prompt, check }) {
      const value = next(place, prompt);
      assert.equal(check(value), undefined);
      return { kind: 'accepted', value };
    },
    async choice({ place, prompt, options: offered }) {
      const options = await offered;
      const value = next(place, prompt);
      assert(
        options.some(({ id }) => id === value),
        `${value} in ${options.map(({ id }) => id)}`,
      );
      return { kind: 'accepted', value: [value] };
    },
  };
  const operation = all[0]?.operation ?? 'createUser';
  const draft = await runWizard<ColumnsDraft>(
    {
      title: 'Import',
      draft: { operation, map: {}, set: {}, constant: [] },
      steps: (now) => {
        current = columnSteps(all, now);
        return current;
      },
    },
    input,
  );
  assert.deepEqual(asked, Object.keys(answers));
  assert(totals.size <= 1, `the total of steps was ${[...totals]}`);
  return draft;
}

describe('the operation of a file', () => {
  const files: [header: string, operation: string][] = [
    ['E-mail,First name,Last name,Student ID', 'createInvitation'],
    ['E-mail;First name;Last name;Role;Namespace;External ID;Preferred name', 'createUser'],
    ['Namespace\tExternal ID\tDocument type\tFile', 'submitDocument'],
    ['[{"email":"a@b.co","identity":{"firstName":"A","lastName":"B"}}]', 'createInvitation'],
    ['[{"identity":{"firstName":"A","lastName":"B","email":"a@b.co","roleName":"x"}}]', 'createUser'],
  ];
  for (const [header, operation] of files) {
    it(`is guessed as ${operation} from ${header.slice(0, 40)}`, async () => {
      assert.equal((await fits(`${header}\n`))[0]?.operation, operation);
    });
  }
});

it('what fits a column comes before what fits none', async () => {
  const all = await fits('Matrikelnummer;Vorname;Nachname;E-Mail;Studiengang\n');
  assert.deepEqual(
    all.map(({ operation, used }) => [operation, used]),
    [
      ['createInvitation', 4],
      ['createUser', 4],
      ['submitDocument', 1],
    ],
  );
});

it('each column is offered with its cell of the first row, those that can hold the field first', async () => {
  const all = await fits('Nr;Roepnaam;Achternaam;E-Mail;Vak\n3100111;Katrin;Huber;k@example.edu;\n');
  const draft: ColumnsDraft = {
    ...{ operation: 'createInvitation', set: {}, constant: [] },
    map: { Achternaam: 'identity.lastName' },
  };
  const shown = async (field: string) => {
    const step = columnSteps(all, draft).find(({ id }) => id === `column:${field}`);
    assert(step?.kind === 'choice');
    return (await step.options(draft)).map(({ label, description }) => `${label}: ${description}`);
  };
  // What another field has taken is not offered.
  assert.deepEqual(await shown('identity.firstName'), ['Roepnaam: Katrin', 'Vak: (empty)', 'Nr: 3100111']);
  assert.deepEqual(await shown('externalReferences[0].externalId'), [
    ...['Nr: 3100111', 'Roepnaam: Katrin', 'Vak: (empty)'],
  ]);
});

describe('what was entered before', () => {
  const text = 'Login,First name,Last name,Student ID\n';
  const before = {
    operation: 'createInvitation' as const,
    map: { Login: 'email' },
    set: { 'externalReferences[0].namespace': 'LMS' },
  };
  const memory = {
    last: { namespace: 'SIS' },
    columnsBefore: (operation: string) => (operation === 'createInvitation' ? before : undefined),
  };

  it('is used for a file with the same header, or chosen again', async () => {
    const all = await fits(text);
    const draft = beginColumns('createInvitation', memory);
    assert.deepEqual([draft.map, draft.set], [before.map, before.set]);
    const [operation, step, ...others] = columnSteps(all, draft, memory);
    assert(operation?.kind === 'choice' && step?.kind === 'choice');
    assert.deepEqual(others, []);
    const [same] = await step.options(draft);
    assert.equal(same?.description, 'E-mail ← Login · Namespace: LMS');
    const anew = step.put('anew', draft);
    assert(!(anew instanceof GoTo));
    assert.deepEqual([anew.map, anew.set], [{}, {}]);
    assert.equal(columnSteps(all, anew, memory).length, 4);
    // Another operation has nothing to use again.
    const other = operation.put('createUser', draft);
    assert(!(other instanceof GoTo));
    assert.deepEqual(columnSteps(all, other, memory)[1]?.id, 'column:identity.email');
  });

  it('is what the namespace begins with, which is explained as in the forms', async () => {
    const draft = beginColumns('createInvitation', {});
    const step = columnSteps(await fits('E-mail,First name,Last name,Student ID\n'), draft, memory).at(-1);
    assert(step?.kind === 'text');
    assert.equal(step.value(draft), 'SIS');
    assert.match(step.prompt, /^The namespace of these people’s external IDs, for example SIS/);
  });
});

describe('the fields that no column gives', () => {
  it('are asked for once for all rows, where they can be the same', async () => {
    const draft = await answer('E-mail,First name,Last name,Student ID\n', {
      operation: 'createInvitation',
      'set:externalReferences[0].namespace': 'SIS',
    });
    assert.deepEqual(draft?.set, { 'externalReferences[0].namespace': 'SIS' });
  });

  it('are taken from a column that is called otherwise', async () => {
    const draft = await answer('Login,First name,Last name,Student ID,School\n', {
      operation: 'createInvitation',
      'column:email': 'column:Login',
      'column:externalReferences[0].namespace': 'column:School',
    });
    assert.deepEqual(draft?.map, { Login: 'email', School: 'externalReferences[0].namespace' });
    assert.deepEqual(draft?.set, {});
  });

  it('may be the same in every row although a column is left', async () => {
    const draft = await answer('E-mail,First name,Last name,Student ID,Notes\n', {
      operation: 'createInvitation',
      'column:externalReferences[0].namespace': 'same-in-every-row',
      'set:externalReferences[0].namespace': 'SIS',
    });
    assert.deepEqual(draft?.map, {});
    assert.deepEqual(draft?.set, { 'externalReferences[0].namespace': 'SIS' });
  });

  it('are others for another operation, which is chosen before anything is counted', async () => {
    const draft = await answer('E-mail,First name,Last name,Student ID\n', {
      operation: 'createUser',
      'set:identity.roleName': 'student',
      'set:externalReferences[0].namespace': 'SIS',
    });
    assert.equal(draft?.operation, 'createUser');
  });

  it('are named when nobody can give them for all rows', async () => {
    const text = 'First name,Last name,Namespace,Student ID\n';
    const draft: ColumnsDraft = { operation: 'createInvitation', map: {}, set: {}, constant: [] };
    assert.deepEqual(fieldsLacking(await fits(text), draft), ['E-mail']);
    assert.deepEqual(fieldsLacking(await fits(text), { ...draft, set: { email: 'a@b.co' } }), []);
  });
});
