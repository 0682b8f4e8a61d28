import type { AccessKeyEntry } from './access-file.ts';

/** What a change of the keys is made from: the keys, and the names that had one in the last 30 days. */
export type ChangeKeys = (
  change: (keys: readonly AccessKeyEntry[], removed: readonly string[]) => AccessKeyEntry[],
) => Promise<readonly AccessKeyEntry[]>;

/** Where the access keys of this BFF are, for the command `access`. Each function may reject with an Error in words. */
export type KeyPlace = {
  read(): Promise<{
    keys: readonly AccessKeyEntry[];
    /** When each key was last used (ISO 8601), by key id. */
    lastUse: Readonly<Record<string, string>>;
  }>;
  /** Others may change the keys at the same time, and no change is lost. @returns the new keys. */
  change: ChangeKeys;
  /** The BFFs at which they are valid, as in “the BFF whose data directory is …”. */
  where: string;
};

/** The access keys, as a running BFF follows them. */
export type KeyStore = {
  /** The keys; undefined until they could be read. Then nobody knows which key is wrong. */
  keys(): readonly AccessKeyEntry[] | undefined;
  /** Calls back with the keys whenever others have changed them. */
  onChange(changed: (keys: readonly AccessKeyEntry[]) => void): void;
  change: ChangeKeys;
  /** The key with this digest, which another BFF may have made a moment ago. Left out where no other BFF can. */
  find?(hash: string): Promise<AccessKeyEntry | undefined>;
  /** Notes that a key was used. It is recorded within a minute. */
  noteUse(keyId: string): void;
  /** Stops following them, and records the last uses. */
  stop(): Promise<void>;
};
