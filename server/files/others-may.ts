import { statSync } from 'node:fs';

/**
 * What the permissions of a file or folder allow other users of this machine. If the file is missing, they allow nothing.
 * Windows has a different kind of permissions, so there the result is always that others may do nothing.
 */
export function othersMay(path: string): { read: boolean; write: boolean } {
  const found = process.platform === 'win32' ? undefined : statSync(path, { throwIfNoEntry: false });
  const mode = found?.mode ?? 0;
  return { read: (mode & 0o055) !== 0, write: (mode & 0o022) !== 0 };
}
