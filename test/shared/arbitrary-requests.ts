import fc from 'fast-check';
import type { SubmitDocumentBatchRequest, SubmitDocumentRequest } from '../../shared/documents.ts';
import type { CreateInvitationRequest } from '../../shared/invitations.ts';
import type { CreateUserRequest } from '../../shared/users.ts';

/** What people write, whole: letters of many scripts with what they need to be written right, signs, pictures and spaces. */
const written = fc.constantFrom(
  ...[
    'A',
    'z',
    '0',
    ' ',
    '’',
    "'",
    '-',
    '.',
    '&',
    '\u00a0',
    '\u3000',
    'ß',
    'İ',
    'é',
    'e\u0301',
    'ệ',
    'Ж',
    'ψ',
    'נ',
    'יִ',
    '김',
  ],
  ...[
    'م',
    'ی\u200cخ',
    'لا',
    'ن\u064e',
    'न',
    'क्\u200dष',
    'ന്\u200d',
    'ශ්\u200dර',
    'র\u200d্য',
    'ไ',
    'ကြ',
    '山',
    '葛\u{e0100}',
    'ᠠ\u180b',
    'ᠨ\u180eᠠ',
  ],
  ...[
    '🐛',
    '👩‍🚀',
    '👩🏽‍🚀',
    '❤️‍🔥',
    '🏳️‍🌈',
    '☎\ufe0e',
    '\u{1f1ec}\u{1f1e7}',
    '€',
    '\ufffd',
    '\ue000',
    '{',
    '\\',
    '"',
    '<b>',
    '\u{10fffd}',
  ],
);
const anyText = fc.oneof(
  fc.array(written, { maxLength: 12 }).map((units) => units.join('')),
  fc.constantFrom('Ada', ' Ada ', '__proto__', 'null'),
);
const text = anyText.map((value) => (value.trim() === '' ? `${value}x` : value));
const optionalName = fc.oneof(anyText, fc.constantFrom('', ' ', '\u3000', 'x'.repeat(200)));
const optionalText = fc.oneof(
  optionalName,
  text.map((value) => `c/o\t${value}`),
);
const message = fc.oneof(
  optionalText,
  fc.constantFrom('\r\n', 'Hello,\n\u200fשלום\u200f', '\ufeff', 'x'.repeat(2_000)),
);
// Its folder is left away, and so is a drive.
const filename = optionalName.map((name) => `n${name.replaceAll(/[/\\]/g, '_')}`);

const label = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,5}[A-Za-z0-9])?$/);
const localPart = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~é-]{1,9}$/), { minLength: 1, maxLength: 3 })
  .map((atoms) => atoms.join('.'));
const email = fc
  .tuple(localPart, fc.array(label, { minLength: 2, maxLength: 4 }))
  .map(([local, labels]) => `${local}@${labels.join('.')}`);

const day = fc
  .date({ min: new Date('1901-01-01'), max: new Date(), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const reference = fc.record({ namespace: text, externalId: text });
const optionally = { requiredKeys: [] } satisfies { requiredKeys: [] };

/** Good requests, each as it comes out of JSON. */
export const arbitraryUser: fc.Arbitrary<CreateUserRequest> = fc
  .record(
    {
      identity: fc.record({ email, firstName: text, lastName: text, roleName: text }),
      externalReferences: fc.array(reference, { minLength: 1, maxLength: 4 }),
      profile: fc.record(
        {
          preferredName: optionalName,
          phone: optionalText,
          currency: fc.stringMatching(/^[A-Z]{3}$/),
          address: fc.record(
            {
              line1: optionalText,
              line2: optionalText,
              line3: optionalText,
              city: optionalText,
              state: optionalText,
              zip: optionalText,
              country: optionalText,
              dateOfBirth: day,
              citizenship: optionalText,
            },
            optionally,
          ),
        },
        optionally,
      ),
    },
    { requiredKeys: ['identity', 'externalReferences'] },
  )
  .map(asJson);

export const arbitraryInvitation: fc.Arbitrary<CreateInvitationRequest> = fc
  .record(
    {
      email,
      identity: fc.record({ firstName: text, lastName: text }),
      externalReferences: fc.uniqueArray(reference, {
        minLength: 1,
        maxLength: 4,
        selector: ({ namespace }) => namespace,
      }),
      message,
      roles: fc.array(text, { maxLength: 4 }),
    },
    { requiredKeys: ['email', 'identity', 'externalReferences'] },
  )
  .map(asJson);

const file = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const freeForm = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', '\u202e', '\ud800')),
  fc.jsonValue(),
  {
    maxKeys: 4,
  },
);
const submission = {
  externalReference: reference,
  documentType: fc.oneof(text, fc.constantFrom('OFFICIAL_TRANSCRIPT', 'x'.repeat(200))),
  file,
  filename: fc.oneof(filename, fc.constantFrom('', 'x'.repeat(255))),
  verificationMetadata: freeForm,
};
const intent = fc.oneof(
  fc.record({ verificationIntent: fc.oneof(text, fc.constantFrom('store_only', 'attest')) }, optionally),
  fc.record({ verificationIntent: fc.constant('attest'), attestationReferenceId: text }),
);
const requiredOfDocuments = ['externalReference', 'documentType', 'file'] as const;

export const arbitraryDocument: fc.Arbitrary<SubmitDocumentRequest> = fc
  .tuple(fc.record(submission, { requiredKeys: [...requiredOfDocuments] }), intent)
  .map(([document, verification]) => asJson({ ...document, ...verification }));

const item = fc
  .tuple(
    fc.record(
      { ...submission, itemId: text, metadata: freeForm, partnerReferenceId: optionalText },
      { requiredKeys: [...requiredOfDocuments, 'itemId'] },
    ),
    intent,
  )
  .map(([document, verification]) => ({ ...document, ...verification }));

export const arbitraryBatch: fc.Arbitrary<SubmitDocumentBatchRequest> = fc
  .record({
    items: fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: ({ itemId }) => itemId }),
  })
  .map(asJson);

/** As it comes out of JSON at the other end. */
export function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
