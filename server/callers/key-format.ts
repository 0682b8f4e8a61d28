import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../secret.ts';

/** Tells people and secret scanners that this is an access key. */
export const keyPrefix = 'pbff_';

/**
 * The pattern for secret scanners: the prefix, 43 base62 characters (256 random bits), and a checksum of 6 characters
 * (CRC-32 of everything before it, in base62). The checksum tells a key from a text that only looks like one.
 */
export const keyPattern = /\bpbff_[0-9A-Za-z]{49}\b/;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;
const checksumLength = 6;
const wholeKey = new RegExp(`^${keyPattern.source}$`);

export function makeKey(): Secret {
  const number = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const body = keyPrefix + base62(number, randomLength);
  return new Secret(body + checksumOf(body));
}

/** Whether a text looks like a key but has a wrong checksum: it was mistyped, cut off or guessed. */
export function isMisspelt(text: string): boolean {
  if (!wholeKey.test(text)) return false;
  const body = text.slice(0, -checksumLength);
  return checksumOf(body) !== text.slice(-checksumLength);
}

/** Redacts all keys in a text, of this format and of the older one. */
export function withoutKeys(text: string): string {
  return text.replaceAll(/pbff_[\w-]{20,}/g, '[redacted]');
}

/** The digest that is kept of a key. A key is random enough that a plain digest cannot be reversed. */
export function hashOf(key: string): string {
  return hash('sha256', key, 'hex');
}

function checksumOf(body: string): string {
  let text = '';
  // It has 32 bits, so that no large number is needed.
  for (let rest = crc32(body); text.length < checksumLength; rest = Math.floor(rest / 62))
    text = digits.charAt(rest % 62) + text;
  return text;
}

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text;
}
