import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../secret.ts';
import { isMisspelt, makeKey } from './key-format.ts';

export type FirstKey = { accessKey: Secret; file: string };

/** The owner's key of a BFF on loopback. It is made at the first start, in a file that only the owner can read. */
export function firstKey(dataDirectory: string): FirstKey {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, 'access-key');
  try {
    // `wx` fails if the file exists, so that two simultaneous starts use the same key.
    writeFileSync(file, `${makeKey().reveal()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
  const accessKey = readFileSync(file, 'utf8').trim();
  if (accessKey.length < 24 || isMisspelt(accessKey))
    throw new Error(
      `${file} does not contain an access key. Remove the file and start again; the BFF then makes a new key.`,
    );
  return { accessKey: new Secret(accessKey), file };
}
