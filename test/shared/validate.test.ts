import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpoints } from '../../shared/endpoints.ts';
import { announceRequest } from '../../shared/import-record.ts';
import { operations } from '../../shared/operations.ts';
import { sentences, validate } from '../../shared/validate.ts';
import {
  lists,
  type Place,
  samples,
  type WriteName,
  withValueAt,
  writeNames,
} from '../support/requests/write-samples.ts';

/** What a person reads about a request; nothing if it is valid. */
function said(name: WriteName, request: unknown): string[] {
  const validation = validate(operations[name].request, request);
  return validation.ok ? [] : sentences(validation.issues);
}

/** The faults of a whole request after one place in it was changed. */
const saidWith = (name: WriteName, place: Place, value: unknown) =>
  said(name, withValueAt(samples[name].whole, place, value));

const namespace: Place = ['externalReferences', 1, 'namespace'];
const born: Place = ['profile', 'address', 'dateOfBirth'];
const x = (length: number) => 'x'.repeat(length);
const references = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ namespace: `N${index}`, externalId: 'S-1' }));

const freeForm = 'must be an object of at most 1,000 values, nested at most 20 deep';

const rows: [name: WriteName, place: Place, value: unknown, ...sentences: string[]][] = [
  ['createUser', [], null, 'The request body must be an object'],
  ['createUser', [], [], 'The request body must be an object'],
  ['createUser', [], 'x', 'The request body must be an object'],
  ['createUser', [], 1, 'The request body must be an object'],
  ['createUser', [], undefined, 'The request body is required'],
  ['createUser', ['identity'], undefined, 'identity: is required'],
  ['createUser', ['identity'], [], 'identity: must be an object'],
  ['createUser', ['identity', 'email'], undefined, 'identity.email: is required'],
  ['createUser', ['identity', 'email'], 5, 'identity.email: must be text'],
  ['createUser', ['identity', 'email'], '', 'identity.email: must not be empty'],
  ['createUser', ['identity', 'email'], ' \u3000', 'identity.email: must not be empty'],
  ['createUser', ['identity', 'email'], 'nobody', 'identity.email: `nobody` is not an e-mail address'],
  ['createUser', ['identity', 'email'], 'a@b@c.de', 'identity.email: `a@b@c.de` is not an e-mail address'],
  ['createUser', ['identity', 'email'], ' a@b.de', 'identity.email: ` a@b.de` is not an e-mail address'],
  [
    'createUser',
    ['identity', 'email'],
    `a@${x(249)}.com`,
    'identity.email: must have at most 254 characters',
  ],
  ['createUser', ['identity', 'roleName'], '\t', 'identity.roleName: must not be empty'],
  ['createUser', ['identity', 'roleName'], null, 'identity.roleName: must be text'],
  ['createUser', ['identity', 'lastName'], x(201), 'identity.lastName: must have at most 200 characters'],
  ['createUser', ['identity', 'role'], 'student', 'identity.role: there is no such field'],
  ['createUser', ['externalReferences'], undefined, 'externalReferences: is required'],
  ['createUser', ['externalReferences'], {}, 'externalReferences: must be a list'],
  ['createUser', ['externalReferences'], [], 'externalReferences: must have at least one entry'],
  ['createUser', ['externalReferences'], references(51), 'externalReferences: must have at most 50 entries'],
  ['createUser', ['externalReferences', 0], 'S-1', 'externalReferences[0]: must be an object'],
  ['createUser', namespace, '', 'externalReferences[1].namespace: must not be empty'],
  ['createUser', namespace, undefined, 'externalReferences[1].namespace: is required'],
  ['createUser', namespace, false, 'externalReferences[1].namespace: must be text'],
  ['createUser', ['profile', 'phone'], 44, 'profile.phone: must be text'],
  ['createUser', ['profile', 'currency'], 'usd', 'profile.currency: `usd` is not a currency such as USD'],
  [
    'createUser',
    born,
    '2001-02-29',
    'profile.address.dateOfBirth: `2001-02-29` is not a date such as 2000-05-15',
  ],
  [
    'createUser',
    born,
    '15.5.2000',
    'profile.address.dateOfBirth: `15.5.2000` is not a date such as 2000-05-15',
  ],
  ['createUser', born, '', 'profile.address.dateOfBirth: `` is not a date such as 2000-05-15'],
  ['createUser', ['profile', 'dateOfBirth'], '2000-05-15', 'profile.dateOfBirth: there is no such field'],
  ['createInvitation', ['email'], 'nobody', 'email: `nobody` is not an e-mail address'],
  ['createInvitation', ['identity', 'email'], 'a@b.de', 'identity.email: there is no such field'],
  ['createInvitation', ['message'], x(2_001), 'message: must have at most 2,000 characters'],
  ['createInvitation', ['roles'], 'student', 'roles: must be a list'],
  ['createInvitation', ['roles', 1], '', 'roles[1]: must not be empty'],
  ['createInvitation', ['roles'], Array(21).fill('a'), 'roles: must have at most 20 entries'],
  [
    'createInvitation',
    namespace,
    'SIS',
    'externalReferences[1].namespace: `SIS` is used twice: an invitation may use each namespace once',
  ],
  ['submitDocument', ['externalReference'], undefined, 'externalReference: is required'],
  [
    'submitDocument',
    ['externalReference', 'externalId'],
    ' ',
    'externalReference.externalId: must not be empty',
  ],
  ['submitDocument', ['externalReferences'], [], 'externalReferences: there is no such field'],
  ['submitDocument', ['documentType'], '', 'documentType: must not be empty'],
  ['submitDocument', ['filename'], x(256), 'filename: must have at most 255 characters'],
  ['submitDocument', ['file'], undefined, 'file: is required'],
  ['submitDocument', ['file'], [1], 'file: must be text'],
  ['submitDocument', ['file'], '', 'file: must not be empty'],
  ['submitDocument', ['file'], 'QUJD\nQUJD', 'file: must be base64, but its character 5 is not'],
  [
    'submitDocument',
    ['file'],
    'data:application/pdf;base64,QUJD',
    'file: must be base64 alone, without the “data:…,” before it',
  ],
  ['submitDocument', ['file'], 'ab-_', 'file: must be base64, but its character 3 is not'],
  ['submitDocument', ['file'], 'QUJ', 'file: must be base64 with its padding; it may have been cut off'],
  ['submitDocument', ['file'], 'QR==', 'file: must be base64 with its padding; it may have been cut off'],
  [
    'submitDocument',
    ['verificationIntent'],
    '',
    'verificationIntent: must not be empty',
    'attestationReferenceId: `A-1` is possible only with the verificationIntent attest',
  ],
  [
    'submitDocument',
    ['verificationIntent'],
    'store_only',
    'attestationReferenceId: `A-1` is possible only with the verificationIntent attest',
  ],
  [
    'submitDocument',
    ['verificationIntent'],
    undefined,
    'attestationReferenceId: `A-1` is possible only with the verificationIntent attest',
  ],
  ['submitDocument', ['verificationMetadata'], [], `verificationMetadata: ${freeForm}`],
  ['submitDocument', ['verificationMetadata'], 'x', `verificationMetadata: ${freeForm}`],
  ['submitDocument', ['verificationMetadata'], null, `verificationMetadata: ${freeForm}`],
  [
    'submitDocument',
    ['verificationMetadata', 'a'],
    Array(1_000).fill(0),
    `verificationMetadata: ${freeForm}`,
  ],
  ['submitDocument', ['itemId'], '1', 'itemId: there is no such field'],
  ['submitDocumentBatch', ['items'], undefined, 'items: is required'],
  ['submitDocumentBatch', ['items'], [], 'items: must have at least one entry'],
  ['submitDocumentBatch', ['items', 0, 'itemId'], undefined, 'items[0].itemId: is required'],
  [
    'submitDocumentBatch',
    ['items', 0, 'itemId'],
    '1',
    'items[1].itemId: `1` is used twice: the results could not be told apart',
  ],
  [
    'submitDocumentBatch',
    ['items', 1, 'file'],
    '=',
    'items[1].file: must be base64 with its padding; it may have been cut off',
  ],
  [
    'submitDocumentBatch',
    ['items', 0, 'attestationReferenceId'],
    'A-3',
    'items[0].attestationReferenceId: `A-3` is possible only with the verificationIntent attest',
  ],
  ['submitDocumentBatch', ['items', 0, 'metadata'], 1, `items[0].metadata: ${freeForm}`],
];

describe('what a person reads', () => {
  for (const [name, place, value, ...expected] of rows) {
    const what = `${place.join('.') || 'the body'} ${JSON.stringify(value)?.slice(0, 30)}`;
    it(`of ${what} in ${name}`, () => {
      assert.deepEqual(saidWith(name, place, value), expected);
    });
  }

  it('names every mistake at once, each with its own place', () => {
    const request = { identity: { email: 'nobody', firstName: ' ' }, profile: [], surprise: 1 };
    assert.deepEqual(said('createUser', request), [
      'identity.email: `nobody` is not an e-mail address',
      'identity.firstName: must not be empty',
      'identity.lastName: is required',
      'identity.roleName: is required',
      'externalReferences: is required',
      'profile: must be an object',
      'surprise: there is no such field',
    ]);
  });

  it('names the values that are possible where only these are', () => {
    const announcement = { operation: 'submitDocumentBatch', rows: 1, digest: 'a'.repeat(64), again: 'yes' };
    const validation = validate(announceRequest, announcement);
    assert.deepEqual(validation.ok ? [] : sentences(validation.issues), [
      'operation: must be one of createUser, createInvitation, submitDocument',
      'again: must be true or false',
    ]);
    const { operation, again, ...least } = announcement;
    const without = validate(announceRequest, least);
    assert.deepEqual(without.ok ? [] : sentences(without.issues), ['operation: is required']);
  });

  it('names what is wrong between two fields, whatever is wrong in a third', () => {
    const request = {
      ...samples.submitDocument.whole,
      verificationIntent: 'store_only',
      filename: 'a/b',
      file: '',
    };
    assert.deepEqual(said('submitDocument', request), [
      'file: must not be empty',
      'filename: must not contain a folder',
      'attestationReferenceId: `A-1` is possible only with the verificationIntent attest',
    ]);
  });

  it('names fields that only JSON can hold, and those of every object', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      const request = JSON.parse(JSON.stringify(samples.createUser.least).replace('{', `{"${key}":{"a":1},`));
      const [sentence, ...more] = said('createUser', request);
      assert.deepEqual(more, []);
      assert(sentence?.endsWith('there is no such field') && sentence.startsWith(key), sentence);
    }
    assert.equal(Reflect.get({}, 'a'), undefined);
  });

  it('quotes sixty characters and no more, and cuts none in half', () => {
    const is = 'is not a currency such as USD';
    const currency: Place = ['profile', 'currency'];
    assert.deepEqual(saidWith('createUser', currency, x(60)), [`profile.currency: \`${x(60)}\` ${is}`]);
    assert.deepEqual(saidWith('createUser', currency, x(61)), [`profile.currency: \`${x(60)}…\` ${is}`]);
    const flies = `x${'🐛'.repeat(60)}`;
    assert.deepEqual(saidWith('createUser', currency, flies), [
      `profile.currency: \`x${'🐛'.repeat(59)}…\` ${is}`,
    ]);
    assert.deepEqual(saidWith('createUser', [x(60_000)], 1), [`${x(60)}…: there is no such field`]);
  });

  for (const name of writeNames) {
    it(`takes nothing from a good ${name} and adds nothing`, () => {
      for (const request of Object.values(samples[name])) {
        const before = JSON.stringify(request);
        const validation = validate(operations[name].request, request);
        assert(validation.ok);
        assert.deepEqual(validation.value, request);
        assert.equal(JSON.stringify(request), before);
      }
    });

    const list = lists[name];
    const wrong: [what: string, entries: unknown][] = [
      ['entries without a name', Array(10_000).fill({})],
      ['entries of the wrong kind', Array(10_000).fill(null)],
      ['entries with fields that there are not', Array(10_000).fill({ [x(300)]: 1 })],
      ['entries twice', Array(10_000).fill(list?.entry(0))],
      ['entries that are blank', Array(10_000).fill({ namespace: ' ', externalId: ' ' })],
    ];
    for (const [what, entries] of list ? wrong : []) {
      it(`is short and comes quickly for ten thousand ${what} in ${name}`, () => {
        const started = performance.now();
        const words = said(name, { ...samples[name].least, [list?.field ?? '']: entries });
        assert(performance.now() - started < 500);
        assert(words.length >= 1 && words.length <= 20, String(words.length));
        assert(words.join('').length < 4_000);
      });
    }

    it(`is at most twenty sentences for thousands of unknown fields in ${name}`, () => {
      const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1]));
      assert.equal(said(name, { ...samples[name].least, ...fields }).length, 20);
      if (list) assert.equal(said(name, { ...fields, [list.field]: Array(20).fill({}) }).length, 20);
    });
  }

  it('does not look into a list that is too long, which would take long, and have too many faults to tell', () => {
    const references = Array.from({ length: 500_000 }, () => ({}));
    assert.deepEqual(validate(endpoints.lookUp.request, { operation: 'createUser', references }), {
      ok: false,
      issues: [{ path: 'references', message: 'must have at most 1,000 entries' }],
    });
  });
});
