import fc from 'fast-check';
import type { CreateInvitationRequest } from '../../shared/invitations.ts';
import type { CreateUserRequest } from '../../shared/users.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    'Ada',
    ' Ada ',
    'Ada\u0000',
    '\ud800',
    'a\udfffb',
    '\u200b',
    '\u180e',
    'İ',
    '👩‍🚀',
    '__proto__',
    'null',
  ),
);
const optionalText = fc.oneof(anyText, fc.constantFrom('', ' ', '\ufeff', 'x'.repeat(200)));
const text = anyText.map((value) => (value.trim() === '' ? `${value}x` : value));

const label = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,5}[A-Za-z0-9])?$/);
const localPart = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~é-]{1,9}$/), { minLength: 1, maxLength: 3 })
  .map((atoms) => atoms.join('.'));
const email = fc
  .tuple(localPart, fc.array(label, { minLength: 2, maxLength: 4 }))
  .map(([local, labels]) => `${local}@${labels.join('.')}`);

const day = fc
  .date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
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
          preferredName: optionalText,
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
      message: fc.oneof(optionalText, fc.constant('x'.repeat(2_000))),
      roles: fc.array(text, { maxLength: 4 }),
    },
    { requiredKeys: ['email', 'identity', 'externalReferences'] },
  )
  .map(asJson);

/** As it comes out of JSON at the other end. */
export function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
