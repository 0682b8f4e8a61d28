import { unwatchFile, watchFile } from 'node:fs';

/** Looked at by name and not by inode: a mounted file is replaced by turning a link to another folder. */
const lookEveryMs = 1_000;

/** Tells when a file has changed, until the function that it returns is called. Keeps no program alive. */
export function whenFileChanges(path: string, onChange: () => void): () => void {
  watchFile(path, { interval: lookEveryMs, persistent: false }, onChange);
  return () => unwatchFile(path, onChange);
}
