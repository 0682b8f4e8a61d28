import assert from 'node:assert/strict';
import { describe, it, mock, test } from 'node:test';
import { RE2JS } from 're2js';
import { createOpenApiDocument } from '../../server/openapi/openapi-document.ts';
import { type OperationName, operations } from '../../shared/operations.ts';
import { sentences, validate } from '../../shared/validate.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { operationPath } from '../support/requests/paths.ts';
import { type Place, samples, type WriteName, withValueAt } from '../support/requests/write-samples.ts';

/** The faults of a valid request after one value in it was changed; none if the request is accepted. */
function saidWith(name: WriteName, place: Place, value: unknown): string[] {
  const validation = validate(operations[name].request, withValueAt(samples[name].whole, place, value));
  return validation.ok ? [] : sentences(validation.issues);
}

const email: Place = ['identity', 'email'];
const firstName: Place = ['identity', 'firstName'];
const born: Place = ['profile', 'address', 'dateOfBirth'];
const hidden = 'must not contain invisible characters';
const code = (character: string) =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;

/** One character of each invisible kind. They change what is read or stored, although nobody sees them. */
const unseen = [
  ...['\0', '\u0007', '\u001b', '\u007f', '\u0085', '\u009f'],
  ...[
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u17b4',
    '\u180e',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u200f',
  ],
  ...[
    '\u202a',
    '\u202e',
    '\u2060',
    '\u2062',
    '\u2066',
    '\u2069',
    '\u206a',
    '\u3164',
    '\ufe0f',
    '\ufeff',
    '\uffa0',
  ],
  ...[
    '\ufdd0',
    '\uffff',
    '\ufff9',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0100}',
    '\u2028',
    '\u2029',
    '\ud800',
    '\udc00',
  ],
];

describe('invisible characters', () => {
  for (const character of unseen) {
    it(`are refused with the name of the field: ${code(character)}`, () => {
      for (const [name, place] of [
        ['createUser', firstName],
        ['createUser', ['identity', 'lastName']],
        ['createUser', ['identity', 'roleName']],
        ['createUser', ['externalReferences', 1, 'namespace']],
        ['createUser', ['externalReferences', 1, 'externalId']],
        ['createUser', ['profile', 'preferredName']],
        ['createUser', ['profile', 'phone']],
        ['createUser', ['profile', 'address', 'city']],
        ['createInvitation', ['identity', 'lastName']],
        ['createInvitation', ['roles', 1]],
        ['submitDocument', ['filename']],
        ['submitDocument', ['documentType']],
        ['submitDocument', ['attestationReferenceId']],
        ['submitDocumentBatch', ['items', 0, 'itemId']],
        ['submitDocumentBatch', ['items', 0, 'partnerReferenceId']],
      ] as [WriteName, Place][]) {
        for (const text of [`${character}Ada`, `A${character}da`, `Ada${character}`]) {
          const path = place.join('.').replace(/\.(\d+)/g, '[$1]');
          assert.deepEqual(
            saidWith(name, place, text),
            [`${path}: ${hidden}`],
            `${path} ${JSON.stringify(text)}`,
          );
        }
      }
      for (const address of [
        `ada${character}@example.edu`,
        `ada@exa${character}mple.edu`,
        `ada@example.edu${character}`,
      ])
        assert.deepEqual(
          saidWith('createUser', email, address),
          [`identity.email: ${hidden}`],
          JSON.stringify(address),
        );
    });
  }

  it('are refused in names and ids if they are line ends or tabs', () => {
    for (const character of ['\t', '\n', '\r', '\v', '\f']) {
      for (const place of [firstName, ['externalReferences', 0, 'externalId'], ['profile', 'preferredName']])
        assert.match(saidWith('createUser', place, `A${character}b`).join(), /must not contain invisible/);
      assert.deepEqual(saidWith('submitDocument', ['filename'], `a${character}.pdf`), [
        `filename: ${hidden}`,
      ]);
    }
  });

  it('are refused in a message if they are control characters, but it may have lines and text directions', () => {
    for (const character of ['\0', '\u0007', '\u001b', '\u0085', '\ud83d'])
      assert.deepEqual(saidWith('createInvitation', ['message'], `Hi${character}`), [`message: ${hidden}`]);
    const message = 'Hello,\r\n\tשלום\u200f! می\u200cخواهم 👩‍🚀';
    assert.deepEqual(saidWith('createInvitation', ['message'], message), []);
  });

  for (const [what, ...texts] of [
    ['marks alone', '\u0301', ' \u0301 ', '\u064e\u0301'],
    ['empty Braille patterns', '\u2800', ' \u2800\u00a0\u2800 '],
  ] as const) {
    it(`are not enough for a name: ${what}`, () => {
      for (const text of texts) {
        assert.deepEqual(saidWith('createUser', firstName, text), ['identity.firstName: must not be empty']);
        const preferred = saidWith('createUser', ['profile', 'preferredName'], text);
        assert.deepEqual(preferred, ['profile.preferredName: must not be empty']);
      }
    });
  }

  it('are refused in places where no script needs them', () => {
    for (const text of [
      ...['A\u200dda', 'A\u200cda', 'Ж\u200dЖ', '김\u200d김', '山\u200d田', 'ש\u200cל', 'ไ\u200dท'],
      // These joiners have nothing to join, or come twice.
      ...[
        '\u200cعلی',
        'علی\u200c',
        'علی\u200c\u200cرضا',
        'علی \u200cرضا',
        'क\u200d',
        '👩\u200d',
        '👩\u200dA',
      ],
      // Accents do not make a joiner or a variation selector valid.
      ...[
        'e\u0301\u200d',
        'e\u0301\u200dx',
        'A\ufe0f',
        '1\ufe0f',
        'é\u{e0100}',
        '葛\u{e0100}\u{e0100}',
        '🚀\ufe0f\ufe0f',
        'A\u180bb',
      ],
    ])
      assert.deepEqual(
        saidWith('createUser', firstName, text),
        [`identity.firstName: ${hidden}`],
        JSON.stringify(text),
      );
  });
});

describe('characters that a script needs', () => {
  for (const text of [
    ...['علی\u200cرضا', 'مه\u200cسا', 'نور\u200dان', 'ن\u064eر'],
    ...['क्\u200dष', 'श्\u200cर', 'ശ്രീ', 'രാജന്\u200d', 'ශ්\u200dරී', 'র\u200d্যাব', 'න්\u200d', 'ក\u17d2ស\u200cី'],
    ...[
      'Zoë',
      'Zoe\u0308',
      'Nguye\u0302\u0303n',
      'Ĳsbrand',
      'O’Brien',
      "O'Brien",
      'O‘Neill',
      'Jean-Luc',
      'Ó hÓgáin',
      'ʻOkina',
    ],
    ...[
      '葛\u{e0100}城',
      '辻\u{e0101}',
      '髙橋',
      '김민준',
      '\u1112\u1161\u11ab',
      'ᠪᠠᠭᠠ\u180b',
      'ᠨ\u180eᠠ',
      'ไชยา',
      'יִצְחָק',
      'ኃይለ',
    ],
    ...['Ada 👩‍🚀', '👩🏽‍🚀', '❤️‍🔥', '☎\ufe0e', '🇬🇧', 'X Æ A-12', '3', '-', 'née d’Arc (†)', 'Sr., Jr.'],
  ]) {
    it(`are accepted: ${JSON.stringify(text)}`, () => {
      for (const place of [firstName, ['profile', 'preferredName'], ['profile', 'address', 'city']])
        assert.deepEqual(saidWith('createUser', place, text), []);
      assert.deepEqual(saidWith('submitDocument', ['filename'], `${text}.pdf`), []);
    });
  }
});

describe('NUL', () => {
  const nul = 'must not contain the character U+0000';
  for (const [what, value] of [
    ['a text', { a: 'b\0' }],
    ['a key', { 'a\0': 1 }],
    ['a text in a list', { a: [[{ b: ['c', '\0'] }]] }],
    ['a deeply nested key', { a: { b: { '\0': null } } }],
  ] as const) {
    it(`is refused in ${what} of a free-form field`, () => {
      assert.deepEqual(saidWith('submitDocument', ['verificationMetadata'], value), [
        `verificationMetadata: ${nul}`,
      ]);
      assert.deepEqual(saidWith('submitDocumentBatch', ['items', 1, 'metadata'], value), [
        `items[1].metadata: ${nul}`,
      ]);
    });
  }
});

describe('an e-mail address', () => {
  for (const [given, spelt] of [
    ['ada@münchen.de', 'xn--mnchen-3ya.de'],
    ['ada@MÜNCHEN.de', 'xn--mnchen-3ya.de'],
    ['ada@mail.straße.example', 'mail.xn--strae-oqa.example'],
    ['ada@例え.jp', 'xn--r8jz45g.jp'],
    ['ada@example.рф', 'example.xn--p1ai'],
    ['ada@ｅxample.edu', 'example.edu'],
    ['ada@example。edu', 'example.edu'],
  ] as const) {
    it(`must spell its domain as the network does: ${given}`, () => {
      const expected = [`identity.email: must spell its domain as ${spelt}`];
      assert.deepEqual(saidWith('createUser', email, given), expected);
      assert.deepEqual(saidWith('createUser', email, `ada@${spelt}`), []);
    });
  }

  it('is refused if its domain cannot be converted', () => {
    for (const given of ['ada@mün chen.de', 'ada@ü', 'ada@.ü.', 'ada@é@ü.de', 'ada@ü:x.de'])
      assert.equal(saidWith('createUser', email, given).length, 1, given);
  });

  it('may have letters of any script, and signs, before the @', () => {
    for (const given of [
      'jörg@example.edu',
      "o'brien@example.edu",
      'ada+x@example.edu',
      'a-.b@example.edu',
      'a_@e-x.de',
    ])
      assert.deepEqual(saidWith('createUser', email, given), [], given);
  });

  it('is refused if a dot or a hyphen is misplaced, or if it is too long', () => {
    for (const given of [
      ...[
        '.a@b.de',
        'a.@b.de',
        'a..b@c.de',
        'a@-b.de',
        'a@b-.de',
        'a@b.-de',
        'a@b.de-',
        'a@b..de',
        'a@.b.de',
        'a@b.de.',
        'a@b',
      ],
      `${'x'.repeat(65)}@b.de`,
    ])
      assert.match(saidWith('createUser', email, given).join(), /is not an e-mail address$/, given);
    assert.deepEqual(saidWith('createUser', email, `${'x'.repeat(64)}@b.de`), []);
  });
});

describe('a file’s name', () => {
  it('must not contain a folder or a drive', () => {
    for (const name of [
      ...[
        '/etc/passwd',
        '../a.pdf',
        'a/b.pdf',
        'a/',
        '..\\a.pdf',
        'C:\\a.pdf',
        'C:a.pdf',
        'c:',
        '\\\\host\\a',
        '.',
        '..',
      ],
    ])
      assert.deepEqual(
        saidWith('submitDocument', ['filename'], name),
        ['filename: must not contain a folder'],
        name,
      );
  });

  it('may be any other name that a file can have', () => {
    for (const name of [
      'a.pdf',
      '.bashrc',
      '...',
      'a..pdf',
      'Zeugnis: A (1).pdf',
      '100 %.pdf',
      'CC:x',
      'a%2fb',
      ' ',
      '',
    ])
      assert.deepEqual(saidWith('submitDocument', ['filename'], name), [], name);
  });
});

describe('a birth date', () => {
  const refused = (day: string) => [
    `profile.address.dateOfBirth: \`${day}\` is not a date in the past, after 1900`,
  ];

  it('must be after 1900', () => {
    for (const day of ['1900-12-31', '1900-01-01', '1899-12-30', '1815-12-10', '0001-01-01', '0000-01-01'])
      assert.deepEqual(saidWith('createUser', born, day), refused(day));
    assert.deepEqual(saidWith('createUser', born, '1901-01-01'), []);
  });

  it('must not be later than today, at any time of the day', () => {
    for (const time of ['00:00:00.000', '12:00:00.000', '23:59:59.999']) {
      mock.timers.enable({ apis: ['Date'], now: Date.parse(`2028-02-29T${time}Z`) });
      try {
        for (const day of ['2028-02-29', '2028-02-28', '2027-12-31'])
          assert.deepEqual(saidWith('createUser', born, day), []);
        for (const day of ['2028-03-01', '2028-12-31', '2029-01-01', '9999-12-31'])
          assert.deepEqual(saidWith('createUser', born, day), refused(day));
      } finally {
        mock.timers.reset();
      }
    }
  });
});

test('people’s data at the BFF', async (t) => {
  await using bff = await startTestBff();

  const send = (name: OperationName, body: unknown) =>
    bff.call(operationPath(name, 'sandbox'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await t.test('is refused with the name of the field before anything is sent', async () => {
    for (const [name, place, value, path] of [
      ['createUser', firstName, 'A\u202eda', 'identity.firstName'],
      ['createInvitation', ['email'], 'ada@m\u00fcnchen.de', 'email'],
      ['submitDocument', ['verificationMetadata'], { 'a\0': 1 }, 'verificationMetadata'],
      ['submitDocument', ['filename'], '../a.pdf', 'filename'],
    ] as [WriteName, Place, unknown, string][]) {
      const answer = await send(name, withValueAt(samples[name].whole, place, value));
      assert.equal(answer.status, 400);
      const { error } = JSON.parse(answer.text);
      assert.deepEqual([error.code, error.outcome, error.source], ['VALIDATION_ERROR', 'not_sent', 'bff']);
      assert.deepEqual(
        error.details.issues.map((issue: { path: string }) => issue.path),
        [path],
      );
    }
  });

  await t.test('reaches Pearsana as it was written', async () => {
    const body = withValueAt(samples.createUser.whole, firstName, 'علی\u200cرضا e\u0301 O’Brien');
    const answer = await send('createUser', body);
    assert.equal(answer.status, 201, answer.text);
  });
});

describe('the patterns of the OpenAPI document', () => {
  const patterns = new Set<string>();
  JSON.stringify(createOpenApiDocument(), (key, value) => {
    if (key === 'pattern' && typeof value === 'string') patterns.add(value);
    return value;
  });

  it('also work in RE2, which Go, Rust and Python programs may use', () => {
    assert(patterns.size > 5);
    for (const pattern of patterns) assert.doesNotThrow(() => RE2JS.compile(pattern), pattern);
  });

  it('contain nothing that some engines read differently', () => {
    for (const pattern of patterns) {
      // No look-around, references or flags. No nested classes and set operations, which Rust has inside a class.
      assert.doesNotMatch(pattern, /\(\?(?!:)|\\[1-9]|\\[pPkXu]/, pattern);
      for (const [set] of pattern.matchAll(/\[(?:\\.|[^\]\\])*\]/g))
        assert.doesNotMatch(set.slice(1), /\[|&&|--|~~/, set);
    }
  });
});
