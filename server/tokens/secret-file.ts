import { readFileSync } from 'node:fs';
import { Secret } from '../secret.ts';

/** The secret that a file holds, without the line break at its end; nothing where the file is empty. */
export function readSecretFile(path: string): Secret | undefined {
  const content = readFileSync(path, 'utf8').trim();
  return content === '' ? undefined : new Secret(content);
}
