/** The texts that must not be found, by the names that a finding reports. */
export type Secrets = Readonly<Record<string, string>>;

/** Shorter than this, a spelling would be found by chance. */
const leastLength = 8;

/**
 * Says which secrets a text contains, and in which spelling; for files, pass their bytes as `latin1`.
 * It searches for each as it is, in JSON, percent-encoded, as hex, and inside whatever was encoded as base64.
 */
export function findSecrets(secrets: Secrets, text: string): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    [...spellingsOf(secret)]
      .filter(([spelling]) => text.includes(spelling))
      .map(([, how]) => `${name}, ${how}`),
  );
}

/** Each spelling with its name; what two encodings have in common goes by the name of the first. */
export function spellingsOf(secret: string): Map<string, string> {
  const bytes = Buffer.from(secret);
  if (bytes.length < leastLength) throw new Error(`“${secret}” is too short to be searched for.`);
  const json = jsonText(secret);
  const spellings: [spelling: string, how: string][] = [
    [secret, 'raw'],
    [json, 'in JSON'],
    [json.replaceAll('/', '\\/'), 'in JSON with escaped slashes'],
    [jsonText(json), 'in JSON within JSON'],
    [everyUnit(secret, (hex) => `\\u${hex.padStart(4, '0')}`), 'in JSON escapes'],
    [encodeURIComponent(secret), 'percent-encoded'],
    [encodeURIComponent(encodeURIComponent(secret)), 'percent-encoded twice'],
    [encodeURI(secret), 'percent-encoded as a URL'],
    [new URLSearchParams({ a: secret }).toString().slice(2), 'percent-encoded as a form'],
    [everyByte(bytes, (hex) => `%${hex}`), 'percent-encoded throughout'],
    [bytes.toString('hex'), 'as hex'],
    [everyByte(bytes, (hex) => `\\x${hex}`), 'as hex escapes'],
    ...[0, 1, 2].map((offset): [string, string] => [
      insideBase64(bytes, offset),
      `as base64 after ${offset}`,
    ]),
  ];
  const found = new Map<string, string>();
  const add = (spelling: string, how: string) => {
    if (!found.has(spelling)) found.set(spelling, how);
  };
  for (const [spelling, how] of spellings) {
    add(spelling, how);
    if (how.includes('base64')) add(spelling.replaceAll('+', '-').replaceAll('/', '_'), `${how}, for URLs`);
    if (/percent|hex|escapes/.test(how)) {
      add(encodedCase(spelling, 'toUpperCase'), `${how}, in capitals`);
      add(encodedCase(spelling, 'toLowerCase'), `${how}, in small letters`);
    }
  }
  return found;
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function everyUnit(text: string, write: (hex: string) => string): string {
  return Array.from(text, (_, index) => write(text.charCodeAt(index).toString(16))).join('');
}

function everyByte(bytes: Buffer, write: (hex: string) => string): string {
  return Array.from(bytes, (byte) => write(byte.toString(16).padStart(2, '0'))).join('');
}

/** The characters that bytes always have in base64, depending on how many bytes (modulo three) precede them. */
function insideBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** Writes the hex digits of every escape in the other case, and leaves everything else. */
function encodedCase(spelling: string, change: 'toUpperCase' | 'toLowerCase'): string {
  if (/^[\da-f]+$/.test(spelling)) return spelling[change]();
  return spelling.replace(/(%(?:25)*|\\u|\\x)([\da-f]{2,4})/gi, (_, mark, hex) => mark + hex[change]());
}
