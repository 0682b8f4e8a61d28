import { isDeepStrictEqual } from 'node:util';
import {
  type AccessKeyEntry,
  accessFilePath,
  changeAccessFile,
  readAccessFile,
} from '../../callers/access-file.ts';
import type { AccessKeyLog } from '../../callers/access-keys.ts';
import type { ChangeKeys, KeyPlace, KeyStore } from '../../callers/key-store.ts';
import { createLastUse, readLastUse } from '../../callers/last-use.ts';
import { whenFileChanges } from '../../files/watch-file.ts';

/** The access keys in the access file of a data directory. @throws Error if it exists but cannot be read; it names the file. */
export function createKeyFile(dataDirectory: string, log: AccessKeyLog): KeyStore {
  const atStart = readAccessFile(dataDirectory);
  if (atStart.keys === undefined) throw new Error(atStart.fault);
  let wasThere = atStart.isThere;
  let keys: readonly AccessKeyEntry[] = atStart.keys;
  let tell: ((changed: readonly AccessKeyEntry[]) => void) | undefined;
  const isKnown = (keyId: string) => keys.some(({ id }) => id === keyId);
  const lastUse = createLastUse(dataDirectory, { isKnown, log });

  /** A file that cannot be read changes nothing, so nobody gains or loses access by accident. */
  function reread(): void {
    const reading = readAccessFile(dataDirectory);
    if (reading.keys === undefined) {
      log.accessFileUnreadable(reading.fault);
    } else if (!reading.isThere) {
      if (wasThere) log.accessFileUnreadable(`The access file ${accessFilePath(dataDirectory)} is missing.`);
    } else {
      wasThere = true;
      if (isDeepStrictEqual(reading.keys, keys)) return;
      keys = reading.keys;
      tell?.(keys);
      log.accessKeysRead(keys.length);
    }
  }
  const stopWatching = whenFileChanges(accessFilePath(dataDirectory), reread);

  const change: ChangeKeys = async (changed) => {
    keys = await changeAccessFile(dataDirectory, changed);
    wasThere = true;
    return keys;
  };

  return {
    keys: () => keys,
    onChange(changed) {
      tell = changed;
    },
    change,
    noteUse: lastUse.note,
    async stop() {
      stopWatching();
      await lastUse.stop();
    },
  };
}

/** The access keys of a data directory, for the command `access`. */
export function localKeys(dataDirectory: string): KeyPlace {
  return {
    where: `the BFF whose data directory is ${dataDirectory}`,
    async read() {
      const { keys, fault } = readAccessFile(dataDirectory);
      if (keys === undefined) throw new Error(fault);
      return { keys, lastUse: readLastUse(dataDirectory) };
    },
    change: (change) => changeAccessFile(dataDirectory, change),
  };
}
