import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../secret.ts';

/** Lets a person, and a secret scanner, see what it is. */
export const keyPrefix = 'pbff_';

/**
 * What a scanner looks for: the prefix, 43 base62 characters (256 random bits), and 6 of a checksum (CRC-32 of all
 * that stands before them, in base62), by which it tells a key from a text that looks like one.
 */
export const keyPattern = /\bpbff_[0-9A-Za-z]{49}\b/;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;
const checksumLength = 6;
const wholeKey = new RegExp(`^${keyPrefix}[0-9A-Za-z]{${randomLength + checksumLength}}$`);

export function makeKey(): Secret {
  const number = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const body = keyPrefix + base62(number, randomLength);
  return new Secret(body + checksumOf(body));
}

/** Whether a text has the form of a key, and yet its checksum says that it is none: mistyped, cut, or guessed. */
export function isMisspelt(text: string): boolean {
  if (!wholeKey.test(text)) return false;
  const body = text.slice(0, -checksumLength);
  return checksumOf(body) !== text.slice(-checksumLength);
}

/** A text without the keys in it, of this form or of the older one. */
export function withoutKeys(text: string): string {
  return text.replaceAll(/pbff_[\w-]{20,}/g, '[redacted]');
}

/** What is kept of a key. It is random enough that a plain digest cannot be turned back. */
export function hashOf(key: string): string {
  return hash('sha256', key, 'hex');
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

function base62(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text;
}
