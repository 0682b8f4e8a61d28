import { statSync } from 'node:fs';

/**
 * What other users of this machine may do with a file or a folder, by its permissions. If it is missing, they may do nothing.
 * Windows has permissions of another kind, and says nothing here.
 */
export function othersMay(path: string): { read: boolean; write: boolean } {
  const found = process.platform === 'win32' ? undefined : statSync(path, { throwIfNoEntry: false });
  const mode = found?.mode ?? 0;
  return { read: (mode & 0o055) !== 0, write: (mode & 0o022) !== 0 };
}
