import { randomUUID } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../error-code.ts';
import { othersMay } from '../files/others-may.ts';
import { readText } from '../files/read-text.ts';
import { Secret } from '../secret.ts';
import { isMisspelt, makeKey } from './key-format.ts';

type FirstKey = { accessKey: Secret; file: string };

/** The owner's key of a BFF on loopback. It is made at the first start, in a file that only the owner can read. */
export function firstKey(dataDirectory: string): FirstKey {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, 'access-key');
  const { read, write } = othersMay(file);
  if (write)
    throw new Error(
      `other users of this machine may write to ${file}, so the key in it may be theirs. Remove the file and start again; the BFF then makes a new key.`,
    );
  if (read) chmodSync(file, 0o600);
  const found = statSync(file, { throwIfNoEntry: false });
  // An earlier version may have left an empty file when the disk was full.
  if (!found || found.size === 0) makeKeyFile(file, found !== undefined);
  const accessKey = readOwnKey(file);
  if (!accessKey)
    throw new Error(
      `${file} does not contain an access key. Remove the file and start again; the BFF then makes a new key.`,
    );
  return { accessKey, file };
}

/** The key in the file; undefined if what is there is no key. */
export function readOwnKey(file: string): Secret | undefined {
  const text = readText(file).trim();
  return text.length < 24 || isMisspelt(text) ? undefined : new Secret(text);
}

/** Puts a new key in the place of the one that the BFF made. A running BFF takes it within about a second. */
export function replaceFirstKey(dataDirectory: string): FirstKey {
  const { file } = firstKey(dataDirectory);
  makeKeyFile(file, true);
  return firstKey(dataDirectory);
}

/** Writes a temporary file and links it in one step, so that the file always contains a whole key. */
function makeKeyFile(file: string, replace: boolean): void {
  const part = `${file}.${randomUUID()}.part`;
  try {
    writeFileSync(part, `${makeKey().reveal()}\n`, { mode: 0o600, flag: 'wx', flush: true });
    if (replace) renameSync(part, file);
    else putInPlace(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}

/** If two BFFs start at the same time, the second one uses the first one's key. */
function putInPlace(part: string, file: string): void {
  try {
    linkSync(part, file);
  } catch (error) {
    // Some file systems have no links.
    if (errorCodeOf(error) !== 'EEXIST') renameSync(part, file);
  }
}
