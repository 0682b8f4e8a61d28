import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Secret } from './secret.ts';

/** Looked at by name and not by inode: a mounted secret is replaced by turning a link to another folder. */
const lookEveryMs = 1_000;

/** The secret that a file holds, without the line break at its end; nothing where the file is empty. */
export function readSecretFile(path: string): Secret | undefined {
  const content = readFileSync(path, 'utf8').trim();
  return content === '' ? undefined : new Secret(content);
}

/** Tells when a file has changed, until the function that it returns is called. Keeps no program alive. */
export function watchSecretFile(path: string, onChange: () => void): () => void {
  watchFile(path, { interval: lookEveryMs, persistent: false }, onChange);
  return () => unwatchFile(path, onChange);
}
