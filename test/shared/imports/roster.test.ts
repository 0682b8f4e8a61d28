import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { read } from './read.ts';

const header = 'E-mail,First name,Last name,Namespace,External ID';
const ada = 'ada@example.edu,Ada,Lovelace,SIS,0012';
const adaDraft = {
  email: 'ada@example.edu',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: [{ namespace: 'SIS', externalId: '0012' }],
};

async function rowsOf(...given: Parameters<typeof read>) {
  const { rows, faults } = await read(...given);
  assert.deepEqual(faults, []);
  return rows.map(({ line, draft }) => ({ line, draft }));
}

describe('a roster', () => {
  for (const [name, delimiter] of Object.entries({ commas: ',', semicolons: ';', tabs: '\t' })) {
    it(`is read with ${name}`, async () => {
      const text = `${header}\n${ada}\n`.replaceAll(',', delimiter);
      assert.deepEqual(await rowsOf(text), [{ line: 2, draft: adaDraft }]);
    });
  }

  it('keeps the leading zeros of an id, and drops the blanks around a cell', async () => {
    assert.deepEqual(await rowsOf(`${header}\n ada@example.edu ,Ada, Lovelace,SIS,0012`), [
      { line: 2, draft: adaDraft },
    ]);
  });

  it('has the right line numbers despite quoted line ends, blank lines and a missing last line end', async () => {
    const quoted = 'bob@example.edu,"B\nob","B""a""bbage","S\r\nI\rS",13';
    const text = `\n${header}\r\n\r\n${ada}\r\n,,,,\r\n${quoted}\r\n${ada.replace('0012', '14')}`;
    const rows = await rowsOf(text);
    assert.deepEqual(
      rows.map(({ line }) => line),
      [4, 6, 10],
    );
    assert.deepEqual(rows[1]?.draft.identity, { firstName: 'B\nob', lastName: 'B"a"bbage' });
  });

  it('is read completely in many steps', async () => {
    const lines = Array.from(
      { length: 3_000 },
      (_, index) => `p${index}@example.edu,"P\n${index}",L,SIS,${index}`,
    );
    const rows = await rowsOf([header, ...lines].join('\n'));
    assert.equal(rows.length, 3_000);
    for (const [index, { line, draft }] of rows.entries()) {
      assert.equal(line, 2 + 2 * index);
      assert.equal(draft.email, `p${index}@example.edu`);
    }
  });

  it('recognises columns by the contract’s paths and by usual names, despite case, blanks and hyphens', async () => {
    const spellings = [
      'email,identity.firstName,identity.lastName,externalReferences[0].namespace,externalReferences[0].externalId',
      'EMAIL,first-name,LAST_NAME,name space,Student ID',
      'Mail,Given name,Surname,namespace,external id',
    ];
    for (const each of spellings)
      assert.deepEqual(await rowsOf(`${each}\n${ada}`), [{ line: 2, draft: adaDraft }]);
  });

  it('fills further references, lists of roles, profiles and free-form fields', async () => {
    const references = 'externalReferences[1].namespace,externalReferences[1].externalId';
    const [invited] = await rowsOf(`${header},${references},Role\n${ada},LMS,77,student; faculty`);
    assert.deepEqual(invited?.draft.externalReferences, [
      { namespace: 'SIS', externalId: '0012' },
      { namespace: 'LMS', externalId: '77' },
    ]);
    assert.deepEqual(invited?.draft.roles, ['student', 'faculty']);
    const [user] = await rowsOf(`Date of birth,Zip,Role\n2000-05-15,0815,student`, 'createUser');
    assert.deepEqual(user?.draft, {
      profile: { address: { dateOfBirth: '2000-05-15', zip: '0815' } },
      identity: { roleName: 'student' },
    });
    const [document] = await rowsOf(`File,verificationMetadata.termCode\na.pdf,F26`, 'submitDocument');
    assert.deepEqual(document?.draft, { file: 'a.pdf', verificationMetadata: { termCode: 'F26' } });
  });

  it('leaves out empty cells, and a reference whose cells are all empty', async () => {
    const references = 'externalReferences[1].namespace,externalReferences[1].externalId';
    assert.deepEqual(await rowsOf(`${header},${references},Message\n${ada},,,`), [
      { line: 2, draft: adaDraft },
    ]);
  });

  it('uses the columns that a person maps, and the constants that a person sets', async () => {
    const text = 'Login,Vorname,Nachname,Matrikel\nada@example.edu,Ada,Lovelace,0012';
    const map = {
      login: 'email',
      Vorname: 'First name',
      nachname: 'identity.lastName',
      Matrikel: 'external id',
    };
    assert.deepEqual(await rowsOf(text, 'createInvitation', { map, set: { namespace: 'SIS' } }), [
      { line: 2, draft: adaDraft },
    ]);
  });

  it('is read from JSON too, with the line of each entry', async () => {
    const text = `[\n  ${JSON.stringify(adaDraft, null, 2)},\n\n  {"email": "a \\"b\\" [,", "x": [1, 2]}, {}]`;
    assert.deepEqual(await rowsOf(text), [
      { line: 2, draft: adaDraft },
      { line: 16, draft: { email: 'a "b" [,', x: [1, 2] } },
      { line: 16, draft: {} },
    ]);
  });
});

describe('a file that cannot be imported', () => {
  const files: Record<
    string,
    { text: string; fault: RegExp; line?: number; words?: Parameters<typeof read>[2] }
  > = {
    'is empty': { text: ' \n', fault: /empty/ },
    'has no header': { text: ada, fault: /no known column name/, line: 1 },
    'has only a header': { text: header, fault: /no rows/ },
    'has two columns for one field': { text: `Email,E-mail\na,b`, fault: /both mean email/, line: 1 },
    'leaves a quotation mark open': { text: `${header}\n${ada}\n"x,y`, fault: /never closed/, line: 3 },
    'has a quotation mark within a quoted cell': {
      text: `${header}\n"a"b,c`,
      fault: /do not match/,
      line: 2,
    },
    'is broken JSON': { text: '[\n{"a": 1},\n{,}]', fault: /valid JSON/, line: 3 },
    'is JSON with a single request': { text: '{}', fault: /a list of requests/ },
    'is an empty list': { text: '[]', fault: /is empty/ },
    'lacks the column that is mapped': {
      ...{ text: `${header}\n${ada}`, fault: /no column “Login”/ },
      words: { map: { Login: 'email' } },
    },
    'lacks the field that is set': {
      ...{ text: `${header}\n${ada}`, fault: /no field “nonsense”/ },
      words: { set: { nonsense: '1' } },
    },
    'has more than 10,000 rows': {
      text: `${header}\n${`${ada}\n`.repeat(10_001)}`,
      fault: /more than 10,000 rows/,
    },
    'has more than 10,000 entries': {
      text: `[${Array(10_001).fill('{}').join()}]`,
      fault: /more than 10,000 entries/,
    },
  };
  for (const [what, { text, fault, line, words }] of Object.entries(files)) {
    it(`says so if it ${what}`, async () => {
      const { faults } = await read(text, 'createInvitation', words);
      const found = faults.find(({ message }) => fault.test(message));
      assert(found, JSON.stringify(faults));
      assert.equal(found.line, line);
    });
  }

  it('may have up to 10,000 rows', async () => {
    const { rows, faults } = await read(`${header}\n${`${ada}\n`.repeat(10_000)}`);
    assert.deepEqual([rows.length, faults], [10_000, []]);
  });

  it('gets a remark for each column that is not used', async () => {
    const { remarks } = await read(`${header},Notes,\n${ada},x,`);
    assert.deepEqual(remarks, [{ line: 1, cell: 5, message: 'The column “Notes” is not used.' }]);
  });
});
