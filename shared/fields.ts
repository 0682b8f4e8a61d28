import * as z from 'zod/mini';

// The partner's reference says which fields there are and which are required. It states no lengths: these are ours,
// wide enough for people and narrow enough that nobody fills a partner's database by mistake.
const shortText = 200;
const longText = 2_000;
const mostReferences = 50;
const mostRoles = 20;

/** A blank is no name. Nothing is trimmed, so what was typed is what is sent. */
const notBlank = (abort = false) => z.regex(/\S/, { error: 'must not be empty', abort });

/** Text that must be there. */
export const requiredText = z.string().check(notBlank(), z.maxLength(shortText, atMost(shortText)));

/** Text that may be left out, or empty. */
export const optionalText = z.optional(z.string().check(z.maxLength(shortText, atMost(shortText))));

/** A file's name, without its folders: as long as file systems let it be. */
export const filename = z.optional(z.string().check(z.maxLength(255, atMost(255))));

/** A message to a person. */
export const optionalMessage = z.optional(z.string().check(z.maxLength(longText, atMost(longText))));

const address =
  /^(?!\.)(?!.*\.\.)(?!.*\.@)[^\s@<>"(),:;\\[\]]{1,64}@([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/;

/** An e-mail address of the usual form; at most 254 characters (RFC 5321, 4.5.3.1.3, less the angle brackets). */
export const email = z
  .string()
  .check(notBlank(true), z.maxLength(254, atMost(254)), z.regex(address, 'is not an e-mail address'));

/** A calendar day that exists, as in `2000-05-15`. */
export const date = z.string().check(z.refine(isRealDate, { error: 'is not a date such as 2000-05-15' }));

/** Three capital letters (ISO 4217), such as USD, GBP or EUR. */
export const currency = z.string().check(z.regex(/^[A-Z]{3}$/, 'is not a currency such as USD'));

/** A name for a person in another system: `namespace` says which (SIS, LMS, PEARSANA, …), `externalId` who. */
export const externalReference = z.strictObject({ namespace: requiredText, externalId: requiredText });
export type ExternalReference = z.infer<typeof externalReference>;

/** At least one. The partner does not say whether it refuses a second person with the same reference. */
export const externalReferences = z
  .array(externalReference)
  .check(
    z.minLength(1, 'must have at least one entry'),
    z.maxLength(mostReferences, `must have at most ${mostReferences} entries`),
  );

/** The same, with each namespace at most once, as invitations want it. */
export const uniqueExternalReferences = externalReferences.check(
  eachOnce('namespace', 'is used twice: an invitation may use each namespace once'),
);

/** What the person is invited as; the partner's default is `["student"]`. */
export const roles = z
  .array(requiredText)
  .check(z.maxLength(mostRoles, `must have at most ${mostRoles} entries`));

/** An id or a state as the journal keeps it: a short word, which is nobody's name or address. */
export const keptWord = z.string().check(z.regex(/^[\w.:+-]{1,128}$/));

/** A check of a list: no two entries have the same text in this field. */
export function eachOnce<Field extends string>(field: Field, message: string) {
  return z.superRefine<{ [Name in Field]: string }[]>((entries, context) => {
    const seen = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (seen.has(entry[field])) context.addIssue({ code: 'custom', path: [index, field], message });
      seen.add(entry[field]);
    }
  });
}

function atMost(characters: number): string {
  return `must have at most ${characters.toLocaleString('en')} characters`;
}

function isRealDate(value: string): boolean {
  const day: string | null = new Date(`${value}T00:00:00Z`).toJSON();
  // JavaScript takes the 30th of February for the 1st of March: what comes back must be what was given. What is no day is null.
  return day?.slice(0, 10) === value;
}
