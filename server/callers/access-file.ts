import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { pathWords } from '../../shared/validate.ts';
import { errorCodeOf } from '../error-code.ts';
import { parseGrant } from './grants.ts';

const timestamp = z.iso.datetime();

const callerName = z.string().check(z.regex(/^[\w.@:+|-]{1,128}$/));

/** One access key, of which the file knows no more than a digest. */
const accessKeyEntry = z.strictObject({
  /** Short and public, as in `key_3f9a02bc`: names the key in lists and in `remove`. */
  id: z.string().check(z.regex(/^key_[0-9a-f]{8}$/)),
  /** Who calls with it: the caller's id, in every log line. A key that takes another's place has its name too. */
  name: callerName,
  /** SHA-256 of the whole key, in hex. */
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** `environment:operation`, with `*` for all of either. */
  grants: z.array(z.string().check(z.refine((text) => parseGrant(text) !== undefined))),
  /** ISO 8601, in UTC. */
  createdAt: timestamp,
  /** From when on it is refused; null for a key that lasts until it is removed. */
  expiresAt: z.nullable(timestamp),
  /** Who made it: an operator at the command line, or the BFF for a person who signed in. */
  origin: z.enum(['cli', 'sign-in']),
});
export type AccessKeyEntry = z.infer<typeof accessKeyEntry>;

/** `access.json` in the data directory: every key but the one of `BFF_ACCESS_KEY`, and the first one's file. */
const accessFile = z.strictObject({
  version: z.literal(1),
  keys: z.array(accessKeyEntry),
  /** Names that nobody has any more, and since when: what their holders wrote stays theirs in the journal. */
  removed: z.optional(z.array(z.strictObject({ name: callerName, at: timestamp }))),
});
type Removed = NonNullable<z.infer<typeof accessFile>['removed']>;

/** As long as the journal keeps what a caller wrote. */
const removedForMs = 30 * 24 * 60 * 60 * 1000;

/** What the file holds; a missing one holds no key. A fault is a sentence that names the file and quotes nothing of it. */
export type AccessFileReading =
  | { keys: readonly AccessKeyEntry[]; removed: Removed; isThere: boolean; fault?: undefined }
  | { keys?: undefined; fault: string };

export function accessFilePath(dataDirectory: string): string {
  return join(dataDirectory, 'access.json');
}

export function readAccessFile(dataDirectory: string): AccessFileReading {
  const path = accessFilePath(dataDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
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

/** A lock that is older belonged to a program that was killed: a change takes milliseconds. */
const staleLockMs = 10_000;
const lockRetries = { retries: 100, factor: 1, minTimeout: 50, maxTimeout: 100 };

/**
 * Replaces the keys by what `change` makes of them; nobody else's change is lost, and whoever reads meanwhile finds
 * the old file or the new one. Gives the new keys.
 */
export async function changeAccessFile(
  dataDirectory: string,
  change: (keys: readonly AccessKeyEntry[], removed: readonly string[]) => AccessKeyEntry[],
): Promise<readonly AccessKeyEntry[]> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const path = accessFilePath(dataDirectory);
  // Loaded when it is used, which in the BFF may be never.
  const { lock } = await import('proper-lockfile');
  const unlock = await lock(path, {
    realpath: false,
    stale: staleLockMs,
    retries: lockRetries,
    // Left alone, it would end the program. What it tells of is a machine that slept for longer than that.
    onCompromised: () => {},
  });
  try {
    const reading = readAccessFile(dataDirectory);
    if (reading.keys === undefined) throw new Error(reading.fault);
    const before = reading.removed.filter(({ at }) => Date.parse(at) > Date.now() - removedForMs);
    const keys = change(
      reading.keys,
      before.map(({ name }) => name),
    );
    const removed = removedNow(before, reading.keys, keys);
    const content: z.infer<typeof accessFile> = { version: 1, keys, ...(removed.length > 0 && { removed }) };
    await writeWhole(path, content);
    return keys;
  } finally {
    await unlock();
  }
}

/** Whoever signs in keeps a name of their own; an operator may give one to somebody else. */
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

/** Written beside its place, down to the disk, and then put there in one step. */
export async function writeWhole(path: string, content: object): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await belongToOwnerOf(file, dirname(path));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** An administrator may change it for a BFF that runs as somebody else, who must be able to read it afterwards. */
async function belongToOwnerOf(file: FileHandle, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await file.chown(uid, gid);
}
