import { randomBytes, timingSafeEqual } from 'node:crypto';
import { dirname } from 'node:path';
import { whenFileChanges } from '../files/watch-file.ts';
import type { Secret } from '../secret.ts';
import { type AccessKeyEntry, isExpired, writableByOthers } from './access-file.ts';
import type { Caller, IdentifyCaller } from './caller.ts';
import { readOwnKey } from './first-key.ts';
import { hashOf, isMisspelt, keyPrefix, makeKey } from './key-format.ts';
import type { KeyStore } from './key-store.ts';

/** All access keys: the owner's (configured, or made at the first start), and those in the access file. */
export type AccessKeys = {
  identify: IdentifyCaller;
  /**
   * Looks where `identify` knows nobody: other BFFs may have made the key a moment ago. Left out where there are none.
   * @throws BffError `BUSY` if nobody can say whether the key is wrong.
   */
  seek?(authorization: string): Promise<Caller | undefined>;
  /** Whether the keys could be read. Until then, no key is known to be wrong. */
  areRead(): boolean;
  /** Makes a key for a person who signed in. It is valid when this resolves, and is shown nowhere else. */
  issue(order: KeyOrder): Promise<IssuedKey>;
  /** Removes a key that `issue` made. @returns false if no such key exists. */
  revoke(keyId: string): Promise<boolean>;
  /** Stops watching the file, and records when each key was last used. */
  stop(): Promise<void>;
};

type KeyOrder = {
  /** The caller's id, log-safe (`[\w.@:+|-]`, at most 128); a person may have several keys of one name. */
  name: string;
  grants: readonly string[];
  lifetimeSeconds: number;
};

type IssuedKey = {
  key: Secret;
  caller: Caller;
  /** ISO 8601. */
  expiresAt: string;
};

/** What the administrator is told about the keys. */
export type AccessKeyLog = {
  accessKeysRead(count: number): void;
  /** The owner's key was rotated. */
  ownKeyReplaced(): void;
  /** `why` is a sentence, and quotes nothing from the file. */
  accessFileUnreadable(why: string): void;
  /** `code` is the system's error code, such as `ENOSPC`. */
  lastUseNotWritten(code: string): void;
};

type AccessKeysOptions = {
  /** All keys but the owner's. */
  store: KeyStore;
  /** `BFF_ACCESS_KEY`, or the first key: it has every grant. */
  ownKey: Secret | undefined;
  /** The file of the first key. It is followed, since the owner may rotate the key. */
  ownKeyFile?: string | undefined;
  log: AccessKeyLog;
};

/** The owner of the BFF, with every grant. No other key may have this name. */
export const ownCaller: Caller = { id: 'access-key', kind: 'access-key', grants: ['*:*'] };

/** Windows of VS Code that one person may have signed in at the same time. */
const mostKeysOfPerson = 20;

export function createAccessKeys(options: AccessKeysOptions): AccessKeys {
  const { store, ownKey, ownKeyFile, log } = options;
  let ownHash = ownKey && ownHashOf(ownKey);
  let byHash = new Map<string, AccessKeyEntry>();

  take(store.keys() ?? []);
  store.onChange(take);

  function take(keys: readonly AccessKeyEntry[]): void {
    byHash = new Map(keys.map((entry) => [entry.hash, entry]));
  }

  /** A file that holds no key changes nothing: the owner is not locked out by accident. */
  function rereadOwnKey(file: string): void {
    let replaced: Secret | undefined;
    try {
      const fault = writableByOthers([dirname(file), file]);
      if (fault !== undefined) {
        log.accessFileUnreadable(fault);
        return;
      }
      replaced = readOwnKey(file);
    } catch {
      return;
    }
    const hash = replaced && ownHashOf(replaced);
    if (!hash || (ownHash && timingSafeEqual(hash, ownHash))) return;
    ownHash = hash;
    log.ownKeyReplaced();
  }
  const stopWatchingOwnKey =
    ownKeyFile === undefined ? undefined : whenFileChanges(ownKeyFile, () => rereadOwnKey(ownKeyFile));

  const { find } = store;

  /** A key that is not known here may have been made elsewhere a moment ago. */
  async function seekWith(
    findEntry: NonNullable<KeyStore['find']>,
    authorization: string,
  ): Promise<Caller | undefined> {
    const presented = presentedIn(authorization);
    // Only keys of our own making are kept. One that is known here has expired.
    if (!presented?.startsWith(keyPrefix) || byHash.has(hashOf(presented))) return undefined;
    const entry = await findEntry(hashOf(presented));
    if (!entry || isExpired(entry)) return undefined;
    store.noteUse(entry.id);
    return callerOf(entry);
  }

  async function change(changed: (keys: readonly AccessKeyEntry[]) => AccessKeyEntry[]): Promise<void> {
    take(await store.change(changed));
  }

  return {
    identify(authorization) {
      const presented = presentedIn(authorization);
      if (presented === undefined) return undefined;
      const hash = hashOf(presented);
      // Compared in constant time, since a person may have chosen the configured key.
      if (ownHash && timingSafeEqual(Buffer.from(hash), ownHash)) return ownCaller;
      const entry = byHash.get(hash);
      if (!entry || isExpired(entry)) return undefined;
      store.noteUse(entry.id);
      return callerOf(entry);
    },
    ...(find && { seek: (authorization: string) => seekWith(find, authorization) }),
    areRead: () => store.keys() !== undefined,

    async issue({ name, grants, lifetimeSeconds }) {
      const lifetimeMs = lifetimeSeconds * 1000;
      const { key, entry } = newKey({ name, grants, origin: 'sign-in', lifetimeMs });
      // People who no longer come leave expired keys, which nobody else would remove.
      await change((keys) => [
        ...withoutOldest(
          keys.filter((each) => !(each.origin === 'sign-in' && isExpired(each))),
          name,
        ),
        entry,
      ]);
      return { key, caller: callerOf(entry), expiresAt: String(entry.expiresAt) };
    },

    async revoke(keyId) {
      let found = false;
      await change((keys) => {
        const kept = keys.filter(({ id, origin }) => id !== keyId || origin !== 'sign-in');
        found = kept.length < keys.length;
        return kept;
      });
      return found;
    },

    async stop() {
      stopWatchingOwnKey?.();
      await store.stop();
    },
  };
}

/** The key in an `Authorization` header; undefined if it cannot be one. */
function presentedIn(authorization: string): string | undefined {
  const presented = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
  return presented === undefined || isMisspelt(presented) ? undefined : presented;
}

const ownHashOf = (key: Secret) => Buffer.from(hashOf(key.reveal()));

/** Makes room for one more key of a person. If they have the maximum, the oldest key is removed. */
function withoutOldest(keys: readonly AccessKeyEntry[], name: string): AccessKeyEntry[] {
  const own = keys.filter((each) => each.origin === 'sign-in' && each.name === name);
  const tooMany = new Set(own.slice(0, Math.max(0, own.length + 1 - mostKeysOfPerson)));
  return keys.filter((each) => !tooMany.has(each));
}

/** Makes a new key, and its entry for the access file. */
export function newKey(order: {
  name: string;
  grants: readonly string[];
  origin: AccessKeyEntry['origin'];
  /** Null for a key that is valid until it is removed. */
  lifetimeMs: number | null;
}): { key: Secret; entry: AccessKeyEntry } {
  const key = makeKey();
  const now = Date.now();
  const entry = {
    id: `key_${randomBytes(4).toString('hex')}`,
    name: order.name,
    hash: hashOf(key.reveal()),
    grants: [...order.grants],
    createdAt: new Date(now).toISOString(),
    expiresAt: order.lifetimeMs === null ? null : new Date(now + order.lifetimeMs).toISOString(),
    origin: order.origin,
  };
  return { key, entry };
}

function callerOf({ id: keyId, name, grants }: AccessKeyEntry): Caller {
  return { id: name, kind: 'access-key', grants, keyId };
}
