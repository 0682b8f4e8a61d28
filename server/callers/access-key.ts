import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../tokens/secret.ts';
import type { Caller } from './caller.ts';

/** The caller that an `Authorization` header proves, if any. */
export type IdentifyCaller = (authorization: string) => Caller | undefined;

/** Knows the one access key that has every grant. */
export function createAccessKeyCheck(accessKey: Secret): IdentifyCaller {
  const expected = digest(accessKey.reveal());
  const caller: Caller = { id: 'access-key', kind: 'access-key', grants: ['*:*'] };

  return function identify(authorization) {
    const presented = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
    // Digests have one length, so the comparison takes one time, whatever was presented.
    return presented !== undefined && timingSafeEqual(digest(presented), expected) ? caller : undefined;
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Lets a person, and a secret scanner, see what it is. */
export const keyPrefix = 'pbff_';

export type FirstAccessKey = { accessKey: Secret; file: string };

/** The key of a BFF without a configured caller: made at the first start, and kept for its owner alone. */
export function firstAccessKey(dataDirectory: string): FirstAccessKey {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, 'access-key');
  try {
    // `wx` fails where there is one already, so that two starts at once agree on the first one's key.
    writeFileSync(file, `${keyPrefix}${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
  const accessKey = readFileSync(file, 'utf8').trim();
  if (accessKey.length < 24)
    throw new Error(`${file} does not hold an access key: remove it and start again.`);
  return { accessKey: new Secret(accessKey), file };
}
