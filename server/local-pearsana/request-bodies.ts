import { anything, type Format, fields, list, optional, text, type ValueOf } from './field-rules.ts';
import { isHidden, isReadable } from './readable-text.ts';

// Pearsana's reference gives the fields and says which are required. The lengths and forms are ours, since it states
// none. A caller that stays within them is unlikely to exceed Pearsana's own.
const localPartPattern = /^(?!\.)(?!.*\.@)(?!.*\.\.)[^@]{1,64}@/;
const emailPattern =
  /^[^\s@<>"(),:;\\[\]]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

const validEmail: Format = {
  says: 'a valid e-mail address',
  fits: (value) => localPartPattern.test(value) && emailPattern.test(value) && ![...value].some(isHidden),
};

const realDate: Format = {
  says: 'a date that exists, such as 2000-05-15',
  fits(value) {
    const date = new Date(`${value}T00:00:00Z`);
    // JavaScript reads 2000-02-30 as the first of March, so the date is compared with what was sent.
    return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === value;
  },
};

const birthDate: Format = {
  says: 'a date after 1900 that is not in the future',
  fits: (value) => new Date(value).getUTCFullYear() > 1900 && Date.parse(value) <= Date.now(),
};

const readable: Format = { says: 'one line of characters that a person can see', fits: isReadable };
/** Names and ids, which people often paste from a spreadsheet. */
const readableWithTabs: Format = { ...readable, fits: (value) => isReadable(value.replaceAll('\t', ' ')) };

const message: Format = {
  says: 'a text without control characters other than tabs and line ends',
  fits: (value) => value.isWellFormed() && !/\p{Cc}/u.test(value.replaceAll(/[\t\r\n]/g, '')),
};

const fileName: Format = {
  says: 'the name of a file without its folder, of characters that a person can see',
  fits: (value) =>
    isReadable(value) && !/[/\\]/.test(value) && !['.', '..'].includes(value) && !/^[A-Za-z]:/.test(value),
};

const currencyCode: Format = {
  says: 'three capital letters, such as USD',
  fits: (value) => /^[A-Z]{3}$/.test(value),
};

const base64: Format = {
  says: 'base64 with padding, in one line',
  // Node ignores what is none of it, so only what comes out the same way was in order.
  fits: (value) => Buffer.from(value, 'base64').toString('base64') === value,
};

const notBlank: Format = {
  says: 'a string that is not blank',
  fits: (value) => value.trim() !== '',
};

const short = text(200, { content: readable });
const line = text(200, { content: readableWithTabs });
const email = text(254, { format: validEmail });
const freeForm = anything({ values: 1_000, depth: 20 });
const externalReference = fields({ namespace: short, externalId: short });

/** What `POST /v1/users` accepts. */
export const createUserBody = fields({
  identity: fields({ email, firstName: short, lastName: short, roleName: short }),
  externalReferences: list(externalReference, { min: 1, max: 50 }),
  profile: optional(
    fields({
      preferredName: optional(short),
      phone: optional(line),
      currency: optional(text(200, { format: currencyCode })),
      address: optional(
        fields({
          line1: optional(line),
          line2: optional(line),
          line3: optional(line),
          city: optional(line),
          state: optional(line),
          zip: optional(line),
          country: optional(line),
          dateOfBirth: optional(text(200, { format: realDate, content: birthDate })),
          citizenship: optional(line),
        }),
      ),
    }),
  ),
});

/** What `POST /v1/invitations` accepts. Without roles the invitation is for a student. */
export const createInvitationBody = fields({
  externalReferences: list(externalReference, { min: 1, max: 50, uniqueBy: 'namespace' }),
  email,
  identity: fields({ firstName: short, lastName: short }),
  message: optional(text(2_000, { content: message })),
  roles: optional(list(short, { min: 0, max: 20 })),
});

const submission = {
  externalReference,
  documentType: short,
  file: text(Number.POSITIVE_INFINITY, { format: base64 }),
  filename: optional(text(255, { content: fileName })),
  verificationIntent: optional(text(200, { format: notBlank, content: readable })),
  attestationReferenceId: optional(text(200, { format: notBlank, content: readable })),
  verificationMetadata: optional(freeForm),
};

const onlyWithAttest = {
  field: 'attestationReferenceId',
  says: 'is valid only with the verificationIntent "attest"',
  fits: (value: Record<string, unknown>) =>
    value.attestationReferenceId === undefined || value.verificationIntent === 'attest',
};

/** What `POST /v1/documents:submit` accepts. */
export const submitDocumentBody = fields(submission, onlyWithAttest);

/** What `POST /v1/documents:submitBatch` accepts. */
export const submitBatchBody = fields({
  items: list(
    fields(
      {
        ...submission,
        itemId: short,
        metadata: optional(freeForm),
        partnerReferenceId: optional(line),
      },
      onlyWithAttest,
    ),
    { min: 1, max: 25, uniqueBy: 'itemId' },
  ),
});

export type CreateUserBody = ValueOf<typeof createUserBody>;
export type CreateInvitationBody = ValueOf<typeof createInvitationBody>;
export type SubmitDocumentBody = ValueOf<typeof submitDocumentBody>;
export type SubmitBatchBody = ValueOf<typeof submitBatchBody>;
