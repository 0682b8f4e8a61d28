import * as z from 'zod/mini';

// Pearsana's reference gives the fields and says which are required. It states no lengths: these are ours, large enough
// for people and small enough that nobody fills a database by mistake.
const shortText = 200;
const longText = 2_000;
const mostReferences = 50;
const mostRoles = 20;

/** A blank is not a name. Nothing is trimmed: the text is sent as typed. */
const empty = 'must not be empty';
const notBlank = matches(/\S/, empty);

/** Required text, in one line and without invisible characters. */
export const requiredText = textOf(shortText, unseenFault, notBlank);

/** Optional text. It may be empty. */
export const optionalText = z.optional(
  textOf(shortText, (value) => unseenFault(value.replaceAll('\t', ' '))),
);

/** An optional name of a person. It may be empty. */
export const optionalName = z.optional(textOf(shortText, unseenFault));

/** The name of a file, without folders. It may be as long as file systems allow. */
export const filename = z.optional(
  textOf(255, (value) =>
    /[/\\]|^\.\.?$|^[a-z]:/i.test(value) ? 'must not contain a folder' : unseenFault(value),
  ),
);

/** A message to a person. Of the control characters, it may contain only tabs and line ends. */
export const optionalMessage = z.optional(
  textOf(longText, (value) => (/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(value) ? unseenWords : undefined)),
);

// Without look-around, so that engines such as those of Go and Rust can read it too.
export const addressPattern = /^[^\s@<>"(),:;\\\x5b\x5d]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/;

/**
 * An e-mail address of the usual form, its domain in ASCII (`xn--…`); at most 254 characters (RFC 5321,
 * 4.5.3.1.3, less the angle brackets), and 64 before the `@`.
 */
export const email = textOf(254, emailFault, notBlank);

/** A birth date, as in `2000-05-15`: a calendar day that exists, in the past, and after the year 1900. */
export const birthDate = z.string().check(refuses(birthDateFault));

export const currencyForm = /^[A-Z]{3}$/;
/** Three capital letters (ISO 4217), such as USD, GBP or EUR. */
export const currency = z.string().check(matches(currencyForm, 'is not a currency such as USD'));

/** A person's id in another system. `namespace` names the system (SIS, LMS, PEARSANA, …), `externalId` is the id. */
export const externalReference = z.strictObject({ namespace: requiredText, externalId: requiredText });
export type ExternalReference = z.infer<typeof externalReference>;

/** At least one. Pearsana does not document whether it refuses a second person with the same reference. */
export const externalReferences = z
  .array(externalReference)
  .check(atMost(mostReferences, 'entries'), notEmpty());

/** At least one. Each namespace may appear once, as invitations require. */
export const uniqueExternalReferences = externalReferences.check(
  eachOnce('namespace', 'is used twice: an invitation may use each namespace once'),
);

/** The roles of the invited person. Pearsana's default is `["student"]`. */
export const roles = z.array(requiredText).check(atMost(mostRoles, 'entries'));

export const keptWordForm = /^[\w.:+-]{1,128}$/;
/** An id or a state, as the journal keeps it: a short word that cannot be a name or an address. */
export const keptWord = z.string().check(matches(keptWordForm, 'is not a word'));

export const sha256HexForm = /^[0-9a-f]{64}$/;
/** A SHA-256, in hexadecimal. */
export const sha256Hex = z.string().check(matches(sha256HexForm, 'must be a SHA-256 in hexadecimal'));

/** A check as zod takes it. `z.check` would make it an object, for which more of zod is needed. */
type CheckOf<Value> = z.core.CheckFn<Value>;

/** A check of a text's form. Like the other checks here, it is told to JSON Schema in `server/openapi/contract-schemas.ts`. */
export function matches(form: RegExp, message: string) {
  return refuses((text: string) => (form.test(text) ? undefined : message));
}

/**
 * A check of the length of a text or a list. Of a text's characters, the ones beyond U+FFFF count once; nobody counts those of
 * megabytes. It has the form of zod's own check, by which zod does not even look into a list that is too long.
 */
export function atMost<Value extends Iterable<unknown> & { length: number }>(
  most: number,
  unit: 'characters' | 'entries',
  more = '',
): z.core.$ZodCheck<Value> {
  const isMore = (text: string) => text.length > 2 * most || [...text].length > most;
  // In words only where it is needed: the first number that is put into words loads all of the locale.
  const check = refuses((value: Value) =>
    value.length > most && (typeof value !== 'string' || isMore(value))
      ? `must have at most ${most.toLocaleString('en')} ${unit}${more}`
      : undefined,
  );
  const when = ({ value }: z.core.ParsePayload) => Object(value).length > most;
  const def = { check: 'max_length', maximum: most, when };
  return { _zod: { check, def, onattach: [] } };
}

/** A check for lists: at least one entry. */
export function notEmpty() {
  return refuses(({ length }: readonly unknown[]) =>
    length > 0 ? undefined : 'must have at least one entry',
  );
}

/** A check for lists: no two entries may have the same text in this field. */
export function eachOnce<Field extends string>(
  field: Field,
  message: string,
): CheckOf<{ [Name in Field]: string }[]> {
  return ({ value: entries, issues }) => {
    const seen = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (seen.has(entry[field]))
        issues.push({ code: 'custom', path: [index, field], message, input: entry[field] });
      seen.add(entry[field]);
    }
  };
}

/** A check with a function that says what is wrong with the value, or with a field in it. */
export function refuses<Value>(
  faultOf: (value: Value) => string | undefined,
  field?: string & keyof Value,
): CheckOf<Value> {
  return ({ value, issues }) => {
    // One fault of a value is enough; and of what is too long, nobody need read megabytes.
    const message = field === undefined && issues.length > 0 ? undefined : faultOf(value);
    if (message === undefined) return;
    const place = field === undefined ? { path: [], input: value } : { path: [field], input: value[field] };
    // The faults of others are told as well.
    issues.push({ ...place, code: 'custom', message, continue: true });
  };
}

/** Text with a maximum length. `faultOf` finds other faults. */
function textOf(most: number, faultOf: (value: string) => string | undefined, ...first: (typeof notBlank)[]) {
  return z.string().check(...first, atMost(most, 'characters'), refuses(faultOf));
}

/**
 * Not seen, and yet needed: a joiner between two letters of Arabic, of the scripts of India, or of others that join, or
 * after a mark there; one between emoji; and what chooses the variant of an emoji, or of a Chinese or Mongolian character.
 */
const needed =
  /(?<=[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\p{Extended_Pictographic}\p{Emoji_Modifier}\p{VS}])\p{Join_C}((?<=\p{M}.)|(?=[\u0600-\u{fffff}]))|(?<=[\p{Extended_Pictographic}\p{sc=Han}\u1820-\u18aa])[\p{VS}\u180e]/gu;

/** Control characters, ends of lines, half characters, and all that changes what is read without being seen. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}\ufff9-\ufffb]/u;

/** Blank, or with something in it that has ink of its own: an accent has none, nor has the empty braille pattern. */
const visible = /^\s*$|[^\s\p{M}\u2800]/u;

const unseenWords = 'must not contain invisible characters';

function unseenFault(value: string): string | undefined {
  if (unseen.test(value.replace(needed, ''))) return unseenWords;
  return visible.test(value) ? undefined : empty;
}

/** What the pattern accepts but no address has: more than 64 characters before the `@`, a misplaced dot or hyphen. */
function isMisspelt(address: string): boolean {
  const [local = '', domain = ''] = address.split('@');
  return local.length > 64 || /^\.|\.\.|\.$/.test(local) || /^-|\.-|-\.|-$/.test(domain);
}

function emailFault(value: string): string | undefined {
  if (unseen.test(value)) return unseenWords;
  const [, domain = ''] = value.split('@');
  if (/[^\0-\x7f]/.test(domain) && URL.canParse(`http://${domain}`)) {
    return `must spell its domain as ${new URL(`http://${domain}`).hostname}`;
  }
  return addressPattern.test(value) && !isMisspelt(value) ? undefined : 'is not an e-mail address';
}

function birthDateFault(value: string): string | undefined {
  const day: string | null = new Date(value).toJSON();
  // JavaScript takes the 30th of February for the 1st of March: what comes back must be what was given. What is no day is null.
  if (day?.slice(0, 10) !== value) return 'is not a date such as 2000-05-15';
  // Today counts as past: somewhere it already is tomorrow.
  return value > '1901' && value < new Date().toJSON() ? undefined : 'is not a date in the past, after 1900';
}

/** The environment that answered: the one that was asked. */
export const answeringEnvironment = z.string();

/** The id of this call in the BFF's log, which Pearsana received too. Quote it when you ask for help. */
export const callId = z.string();
