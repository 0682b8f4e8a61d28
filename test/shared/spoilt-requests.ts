import fc from 'fast-check';
import { isFreeForm, placesIn } from '../support/requests/write-samples.ts';
import { asJson } from './arbitrary-requests.ts';

const two = (part: number) => String(part).padStart(2, '0');

const nearlyEmail = fc.oneof(
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...'aZ9._+-@ "\\<>(),:;[]é\n\u00a0'), minLength: 1, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(...'aZ9.-.-_@ é\u212a'), minLength: 1, maxLength: 8 }),
    )
    .map(([local, domain]) => `${local}@${domain}`),
  fc.constantFrom('a@b@c.de', 'a@@b.de', 'a@b.de\n', 'a@b', 'a@b.c', 'a@1.2', 'A <a@b.de>', 'a@b.de, c@d.de'),
  fc
    .tuple(fc.integer({ min: 62, max: 66 }), fc.integer({ min: 180, max: 195 }))
    .map(([local, domain]) => `${'x'.repeat(local)}@${'y'.repeat(domain - 3)}.de`),
);
const nearlyDay = fc
  .tuple(
    fc.constantFrom('', ' ', '+', '-', '+01'),
    fc.constantFrom('0000', '1900', '1901', '2000', '2023', '9999', '00'),
    fc.constantFrom('-', '/', ''),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
    fc.constantFrom('', '', '', ' ', 'Z', 'T00:00', '\n'),
  )
  .map(
    ([sign, year, dash, month, date, end]) =>
      `${dash === '-' ? '' : sign}${year}${dash}${two(month)}${dash}${two(date)}${end}`,
  );
const nearlyBase64 = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'AQgwEB+/=-_ \n'), maxLength: 9 }),
  fc.uint8Array({ minLength: 1, maxLength: 7 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.constantFrom('=', '==', '====', 'QQ', 'QQ=', 'QQ==', 'QQ===', 'QR==', 'QUI=', 'QUJ=', 'QUJD', 'QUJD\n'),
  fc.constantFrom('Q=Q=', '=QQQ', 'QQ==QQ==', 'QUI=QUJD', 'data:,QQ==', 'ＱＱ==', 'QQ\u0000='),
);
/** Hidden characters, and those beside which some of them are needed. */
const nearlyReadable = fc.string({
  unit: fc.constantFrom(
    ...[
      'a',
      '1',
      ' ',
      'é',
      '\u0301',
      'ש',
      'ی',
      '\u064e',
      'क',
      '\u094d',
      'ന',
      '\u0d4d',
      '山',
      'ᠠ',
      '🚀',
      '👩',
      '🏽',
      '“',
    ],
    ...[
      '\u200c',
      '\u200d',
      '\u200d',
      '\u200b',
      '\u200e',
      '\u200f',
      '\u202e',
      '\u2066',
      '\u2060',
      '\ufeff',
      '\u00ad',
      '\u061c',
    ],
    ...[
      '\ufe0f',
      '\ufe00',
      '\u{e0100}',
      '\u180b',
      '\u180e',
      '\u{e0041}',
      '\u034f',
      '\u3164',
      '\u115f',
      '\u17b4',
      '\ufff9',
    ],
    ...[
      '\0',
      '\t',
      '\n',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u009f',
      '\u2028',
      '\u2029',
      '\ud83d',
      '\udc00',
      '\u2800',
    ],
  ),
  minLength: 1,
  maxLength: 5,
});
const nearlyName = fc
  .tuple(
    fc.constantFrom('', '', 'a/', 'a\\', '../', '.', '..', '...', 'C:', 'c:', 'CC:', 'ä:'),
    fc.oneof(nearlyReadable, fc.constantFrom('', 'a', 'a.pdf')),
  )
  .map((parts) => parts.join(''));
const lengths = fc.constantFrom(1, 199, 200, 201, 254, 255, 256, 1_999, 2_000, 2_001);
const blanks = [
  ...'\t\n\v\f\r \u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u180e\u0085',
];
const strange = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e308, '', 'x', [], {}, [[]], [null], [['x']], [{}], {
    length: 1,
  }),
  fc.string({ unit: fc.constantFrom(...blanks), minLength: 1, maxLength: 3 }),
  fc
    .tuple(fc.constantFrom('x', 'é', '😀', ' ', '\ud800'), lengths)
    .map(([unit, times]) => unit.repeat(times)),
  nearlyReadable,
  nearlyName,
  nearlyEmail,
  nearlyDay,
  fc.constantFrom('USD', 'usd', 'US', 'USDX', 'ÜSD', 'USD\n', ' USD'),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('store_only', 'attest'),
  // Nested and long, at the edges of what may be.
  fc
    .constantFrom(18, 19, 20, 21)
    .map((depth) => JSON.parse(`${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`)),
  fc.constantFrom(990, 999, 1_000, 1_001).map((count) => ({ a: Array(count).fill(0) })),
);
const strangeKey = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' email',
    'Email',
    '0',
    'length',
    'a\0',
    '\u202e',
  ),
  fc.constantFrom('email', 'profile', 'address', 'roles', 'message', 'namespace', 'roleName', 'dateOfBirth'),
  fc.constantFrom(
    'metadata',
    'verificationMetadata',
    'attestationReferenceId',
    'verificationIntent',
    'itemId',
  ),
  fc.string(),
);

type Spoil = {
  kind: 'put' | 'append' | 'remove' | 'add' | 'repeat' | 'mail' | 'day' | 'file' | 'text' | 'name';
  at: number;
  value: unknown;
  key: string;
};
const spoil: fc.Arbitrary<Spoil> = fc.record({
  kind: fc.constantFrom('put', 'append', 'remove', 'add', 'repeat', 'mail', 'day', 'file', 'text', 'name'),
  at: fc.nat(1_000),
  value: strange,
  key: strangeKey,
});

/** Almost valid values, by the kind of spoiling that uses them. */
const nearly = fc.record({
  mail: nearlyEmail,
  day: nearlyDay,
  file: nearlyBase64,
  text: nearlyReadable,
  name: nearlyName,
});
type Nearly = Record<'mail' | 'day' | 'file' | 'text' | 'name', string>;

/** Requests of that kind, spoilt once or twice at any depth; some stay good, as when a field goes that nobody needs. */
export function badly(valid: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(spoil, { minLength: 1, maxLength: 2 }), nearly)
    .map(([request, spoils, near]) =>
      spoils.reduce<unknown>((value, each) => spoilt(value, each, near), request),
    );
}

function spoilt(request: unknown, { kind, at, value, key }: Spoil, near: Nearly): unknown {
  const copy: unknown = asJson(request);
  // Where anything goes, little can be spoilt: seldom there.
  const all = placesIn(copy).filter(({ place }) => at % 8 === 0 || !isFreeForm(place.slice(0, -1)));
  const places = all.filter(({ place }) => place.length > 0);
  const inLists = places.filter(({ place }) => typeof place.at(-1) === 'number');
  const named = (name: string) => places.filter(({ place }) => place.at(-1) === name);
  const among =
    {
      ...{ repeat: inLists, mail: named('email'), day: named('dateOfBirth'), file: named('file') },
      ...{ text: places.filter((each) => typeof each.value === 'string'), name: named('filename') },
    }[String(kind)] ??
    (kind === 'add' ? all.filter((each) => isObject(each.value) && !Array.isArray(each.value)) : places);
  const chosen = among[at % among.length];
  // No place of that kind, or the whole is something else by now.
  if (!chosen) return kind === 'remove' ? value : copy;
  const last = chosen.place.at(-1);
  if (kind === 'add') {
    put(isObject(chosen.value) ? chosen.value : {}, key, value);
    return copy;
  }
  const parent = chosen.place
    .slice(0, -1)
    .reduce<unknown>((inside, part) => Reflect.get(Object(inside), part), copy);
  if (!isObject(parent) || last === undefined) return value;
  if (kind === 'put') put(parent, last, value);
  else if (kind === 'append') put(parent, last, textOf(chosen.value) + textOf(value));
  else if (isNearly(kind, near)) put(parent, last, near[kind]);
  else if (kind === 'repeat' && Array.isArray(parent)) parent.push(chosen.value);
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
}

function isNearly(kind: string, near: Nearly): kind is keyof Nearly {
  return Object.hasOwn(near, kind);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'x';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Like JSON.parse: an own property even if the name is `__proto__`. */
function put(into: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}
