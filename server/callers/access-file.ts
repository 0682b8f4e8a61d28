import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { pathWords } from '../../shared/validate.ts';
import { errorCodeOf } from '../error-code.ts';
import { lockFile } from '../files/lock-file.ts';
import { othersMay } from '../files/others-may.ts';
import { NotText, readText } from '../files/read-text.ts';
import { writeJson } from '../files/write-whole.ts';
import { parseGrant } from './grants.ts';

const timestamp = z.iso.datetime();

const callerName = z.string().check(z.regex(/^[\w.@:+|-]{1,128}$/));

/** One access key. The file holds only its digest. */
const accessKeyEntry = z.strictObject({
  /** Short and public, such as `key_3f9a02bc`: names the key in lists and in `remove`. */
  id: z.string().check(z.regex(/^key_[0-9a-f]{8}$/)),
  /** The caller's id, which is in every log line. A rotated key keeps the name of the old one. */
  name: callerName,
  /** SHA-256 of the whole key, in hex. */
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** `environment:operation`, with `*` for all of either. */
  grants: z.array(z.string().check(z.refine((text) => parseGrant(text) !== undefined))),
  /** ISO 8601, in UTC. */
  createdAt: timestamp,
  /** When the key expires; null for a key that is valid until it is removed. */
  expiresAt: z.nullable(timestamp),
  /** Who made the key: an operator at the command line, or the BFF for a person who signed in. */
  origin: z.enum(['cli', 'sign-in']),
});
export type AccessKeyEntry = z.infer<typeof accessKeyEntry>;

/** `access.json` in the data directory. It holds every key except `BFF_ACCESS_KEY` and the first key, which has a file of its own. */
const accessFile = z.strictObject({
  version: z.literal(1),
  keys: z.array(accessKeyEntry),
  /** Names that no longer have a key, and since when. The journal still holds what their callers wrote. */
  removed: z.optional(z.array(z.strictObject({ name: callerName, at: timestamp }))),
});
type Removed = NonNullable<z.infer<typeof accessFile>['removed']>;

/** The journal keeps a caller's writes for the same time. */
const removedForMs = 30 * 24 * 60 * 60 * 1000;

/** The content of the file; a missing file has no keys. `fault` is a sentence that names the file and quotes nothing from it. */
type AccessFileReading =
  | { keys: readonly AccessKeyEntry[]; removed: Removed; isThere: boolean; fault?: undefined }
  | { keys?: undefined; fault: string };

export function accessFilePath(dataDirectory: string): string {
  return join(dataDirectory, 'access.json');
}

/** What is wrong where anybody who can write could give themselves a key; a sentence. */
export function writableByOthers(paths: readonly string[]): string | undefined {
  const found = paths.find((each) => othersMay(each).write);
  return found === undefined
    ? undefined
    : `Other users of this machine may write to ${found}, and so give themselves an access key. Run: chmod go-w ${found}`;
}

export function readAccessFile(dataDirectory: string): AccessFileReading {
  const path = accessFilePath(dataDirectory);
  let text: string;
  try {
    const fault = writableByOthers([dataDirectory, path]);
    if (fault !== undefined) return { fault };
    text = readText(path);
  } catch (error) {
    if (error instanceof NotText)
      return { fault: `The access file ${path} is damaged: ${error.message}. ${whatToDo}` };
    const code = errorCodeOf(error);
    if (code === 'ENOENT') return { keys: [], removed: [], isThere: false };
    return { fault: `The access file ${path} cannot be read (${code}).` };
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { fault: `The access file ${path} is damaged: it is not JSON. ${whatToDo}` };
  }
  const parsed = accessFile.safeParse(content);
  if (parsed.success) {
    const { keys, removed = [] } = parsed.data;
    return { keys, removed, isThere: true };
  }
  const places = parsed.error.issues.map((issue) => pathWords(issue.path) || 'the file itself');
  const where = [...new Set(places)].slice(0, 5).join(', ');
  return {
    fault: `The access file ${path} is damaged or from another version (wrong at ${where}). ${whatToDo}`,
  };
}

const whatToDo = 'Repair it, or move it away and add the keys again.';

export function isExpired({ expiresAt }: Pick<AccessKeyEntry, 'expiresAt'>, now = Date.now()): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

/** A change takes milliseconds, and the lock of a killed program is released with it. */
const longestWaitMs = 10_000;
const lookEveryMs = 20;
/** Changes of this process, one after the other: only other processes have to be asked again and again. */
let lastChange: Promise<unknown> = Promise.resolve();

/**
 * Changes the keys. Other programs may change the file at the same time, and no change is lost; a reader sees either the
 * old file or the new one. @returns the new keys.
 */
export function changeAccessFile(
  dataDirectory: string,
  change: (keys: readonly AccessKeyEntry[], removed: readonly string[]) => AccessKeyEntry[],
): Promise<readonly AccessKeyEntry[]> {
  const changed = lastChange.then(() => changeNow(dataDirectory, change));
  lastChange = changed.catch(() => {});
  return changed;
}

async function changeNow(
  dataDirectory: string,
  change: (keys: readonly AccessKeyEntry[], removed: readonly string[]) => AccessKeyEntry[],
): Promise<readonly AccessKeyEntry[]> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const path = accessFilePath(dataDirectory);
  const lock = await waitForLock(dataDirectory);
  try {
    const reading = readAccessFile(dataDirectory);
    if (reading.keys === undefined) throw new Error(reading.fault);
    const { keys, removed } = afterChange(reading.keys, reading.removed, change);
    const content: z.infer<typeof accessFile> = { version: 1, keys, ...(removed.length > 0 && { removed }) };
    await writeJson(path, content);
    return keys;
  } finally {
    lock.release();
  }
}

/** The keys after a change, and the names that no longer have one. */
export function afterChange(
  then: readonly AccessKeyEntry[],
  removed: Removed,
  change: (keys: readonly AccessKeyEntry[], removed: readonly string[]) => AccessKeyEntry[],
): { keys: AccessKeyEntry[]; removed: Removed } {
  const before = removed.filter(({ at }) => Date.parse(at) > Date.now() - removedForMs);
  const keys = change(
    then,
    before.map(({ name }) => name),
  );
  return { keys, removed: removedNow(before, then, keys) };
}

async function waitForLock(dataDirectory: string): Promise<{ release(): void }> {
  const end = performance.now() + longestWaitMs;
  for (;;) {
    const lock = lockFile(join(dataDirectory, 'access.lock'));
    if (lock) return lock;
    if (performance.now() > end)
      throw new Error(
        `Another program has been changing the access keys in ${dataDirectory} for ten seconds. Try again, or end that program.`,
      );
    await delay(lookEveryMs);
  }
}

/** Only names that an operator gave: a person who signs in keeps their own name, but an operator may reuse one. */
function removedNow(
  before: Removed,
  then: readonly AccessKeyEntry[],
  now: readonly AccessKeyEntry[],
): Removed {
  const at = new Date().toISOString();
  const gone = new Set(then.filter(({ origin }) => origin === 'cli').map(({ name }) => name));
  const names = new Map(
    [...before, ...[...gone].map((name) => ({ name, at }))].map((each) => [each.name, each]),
  );
  for (const { name } of now) names.delete(name);
  return [...names.values()];
}
