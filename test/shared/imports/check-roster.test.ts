import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { check } from './read.ts';

const header = 'E-mail,First name,Last name,Namespace,External ID';
const person = (id: string, email = `p${id}@example.edu`) => `${email},Ada,Lovelace,SIS,${id}`;

/** Each fault as `3:0 E-mail: …`: its line, cell and message. */
async function faultsOf(...given: Parameters<typeof check>): Promise<string[]> {
  const rows = await check(...given);
  return rows.flatMap(({ faults }) => faults.map(({ line, cell, message }) => `${line}:${cell} ${message}`));
}

describe('the rows of a roster', () => {
  it('are named by their references, and have no faults if the contract accepts them', async () => {
    const rows = await check(`${header}\n${person('1')}\n${person('2')}`);
    assert.deepEqual(
      rows.map(({ reference, faults }) => [reference, faults.length]),
      [
        ['SIS 1', 0],
        ['SIS 2', 0],
      ],
    );
  });

  it('are checked against the contract, and each fault has its line and cell', async () => {
    const faults = await faultsOf(`${header}\n${person('1')}\nnobody,Ada,,SIS,2`);
    assert.equal(faults.length, 2);
    assert.match(faults[0] ?? '', /^3:0 E-mail: “nobody” is not an e-mail address\.$/);
    assert.match(faults[1] ?? '', /^3:2 The last name is missing\.$/);
  });

  it('have faults that name the column as the file calls it', async () => {
    const own = 'E-mail,First name,Last name,Namespace,Matriculation number';
    const faults = await faultsOf(
      `${own}\n${person('1')}\n${person('1', 'b@example.edu')}\nc@example.edu,A,B,SIS,`,
    );
    assert.deepEqual(faults, [
      '3:4 This “Matriculation number” is already in line 2. Use one row for each person.',
      '4:4 The “Matriculation number” is missing.',
    ]);
  });

  it('have a fault that names a required field without a column', async () => {
    const [fault] = await faultsOf('E-mail,First name,Last name,External ID\na@example.edu,A,B,1');
    assert.match(
      fault ?? '',
      /^2:undefined The namespace \(externalReferences\[0\].namespace\) is missing\.$/,
    );
  });

  it('may name a person only once, by reference or by e-mail address in any case', async () => {
    const file = [header, person('1'), person('1', 'other@example.edu'), person('3', 'P1@EXAMPLE.edu')].join(
      '\n',
    );
    const faults = await faultsOf(file);
    assert.equal(faults.length, 2);
    assert.match(
      faults[0] ?? '',
      /^3:4 This external ID is already in line 2\. Use one row for each person\.$/,
    );
    assert.match(faults[1] ?? '', /^4:0 This e-mail address is already in line 2\./);
  });

  it('are about the same person even if only the second of two references is the same', async () => {
    const more = `${header},externalReferences[1].namespace,externalReferences[1].externalId`;
    const file = `${more}\n${person('1')},LMS,77\n${person('2')},LMS,77`;
    assert.match((await faultsOf(file))[0] ?? '', /^3:6 .* already in line 2/);
  });

  it('may name a person for several documents, but not for the same file', async () => {
    const documents =
      'Namespace,External ID,Document type,File\nSIS,1,DIPLOMA,a.pdf\nSIS,1,DIPLOMA,b.pdf\nSIS,1,HONOR_ROLL,a.pdf';
    const faults = await faultsOf(documents, 'submitDocument');
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^4:3 This file is already in line 2\./);
  });

  for (const id of ['1.2E+10', '1,2e+10', '2E5', '########', '#REF!', '#N/A', '#NAME?']) {
    it(`have a fault if a spreadsheet has spoilt the id as ${id}`, async () => {
      const [fault] = await faultsOf(`${header}\nada@example.edu,Ada,Lovelace,SIS,"${id}"`);
      assert.match(fault ?? '', /^2:4 External ID: .*(Excel|spreadsheet)/);
    });
  }

  for (const id of ['E12', '12E', 'A1.2E+10', '20261234', '1e']) {
    it(`may have an id such as ${id}`, async () => {
      assert.deepEqual(await faultsOf(`${header}\nada@example.edu,Ada,Lovelace,SIS,${id}`), []);
    });
  }

  it('have a fault if a cell has no column', async () => {
    const [fault] = await faultsOf(`${header}\n${person('1')},more`);
    assert.match(fault ?? '', /^2:5 This cell has no column/);
  });

  it('may name documents in the folder of the file or below it, but not above it or elsewhere', async () => {
    for (const name of ['a.pdf', 'sub/folder/a..pdf', 'sub\\a.pdf']) {
      assert.deepEqual(
        await faultsOf(`Namespace,External ID,Document type,File\nSIS,1,DIPLOMA,${name}`, 'submitDocument'),
        [],
      );
    }
    for (const name of [
      '../a.pdf',
      'x/../../a.pdf',
      '..\\a.pdf',
      '/etc/passwd',
      '\\\\host\\a.pdf',
      'C:\\a.pdf',
      'file:///a.pdf',
    ]) {
      const file = `Namespace,External ID,Document type,File\nSIS,1,DIPLOMA,${name}`;
      assert.match(
        (await faultsOf(file, 'submitDocument'))[0] ?? '',
        /^2:3 The file must be the name of a file/,
      );
    }
  });

  it('of a JSON file are checked against the contract, and each fault has its line', async () => {
    assert.match((await faultsOf('[\n1,\n{"email": 2}]'))[0] ?? '', /^2:undefined /);
  });
});
