import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import { rowAgain, type SentRow } from '../../../extension/src/imports/row-again.ts';
import { formAgain } from '../../../extension/src/writes/sent-before.ts';

const row: SentRow = {
  operation: 'createInvitation',
  externalReferences: [{ namespace: 'SIS', externalId: '7' }],
  fileName: 'roster.csv',
  columns: { map: { Login: 'email' }, set: { namespace: 'SIS' } },
};
const request = {
  email: 'refused@example.edu',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: row.externalReferences,
};
const textOf = (text: string) => async () => new TextEncoder().encode(text);
const header = 'Login;First name;Last name;Student ID\n';

describe('a row of an import that is sent again', () => {
  it('has the values that its file has, by the same columns', async () => {
    const others = 'grace@example.edu;Grace;Hopper;77\n';
    const mine = 'refused@example.edu;Ada;Lovelace;7\n';
    for (const text of [header + others + mine, header + mine + others])
      assert.deepEqual((await rowAgain(row, textOf(text))).request, request);
    const users = await rowAgain(
      { ...row, operation: 'createUser', columns: {} },
      textOf(
        JSON.stringify([{ externalReferences: row.externalReferences, identity: { firstName: 'Ada' } }]),
      ),
    );
    const { externalReferences } = row;
    assert.deepEqual(users.request, { externalReferences, identity: { firstName: 'Ada' } });
  });

  it('has the person’s ids alone where the file or the row is gone, and the form says so', async () => {
    const gone = async () => {
      throw new Error('ENOENT');
    };
    for (const [read, why] of [
      [gone, 'roster.csv cannot be read'],
      [textOf(`${header}ada@example.edu;Ada;Lovelace;8\n`), 'roster.csv no longer has this row'],
      [textOf(''), 'roster.csv no longer has this row'],
      [textOf(`${header};Ada;Lovelace;7\n`), 'roster.csv does not have it'],
    ] as const) {
      const found = await rowAgain(row, read);
      assert.equal(found.why, why);
      const before = { state: 'refused', startedAt: '2026-01-30T00:00:00Z', why: found.why } as const;
      const [first] = formAgain(invitationForm, 'createInvitation', before).steps(found.request);
      assert.match(first?.prompt ?? '', new RegExp(`\\. ${why}, so enter it again$`));
    }
  });
});
