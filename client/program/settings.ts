import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientError } from '../../shared/client-error.ts';
import { UsageError } from './arguments.ts';

/** The BFF's URL, and the access key for it. */
export type Settings = { baseUrl: string; accessKey: string };

const defaultUrl = 'http://127.0.0.1:8787';

/** Reads the settings from environment variables, and the key from its file. @throws UsageError if there is no key. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const { PEARSANA_BFF_URL, PEARSANA_BFF_ACCESS_KEY, PEARSANA_BFF_ACCESS_KEY_FILE } = variables;
  const baseUrl = PEARSANA_BFF_URL?.trim() || defaultUrl;
  if (PEARSANA_BFF_ACCESS_KEY?.trim()) return { baseUrl, accessKey: PEARSANA_BFF_ACCESS_KEY.trim() };
  const file = PEARSANA_BFF_ACCESS_KEY_FILE?.trim();
  if (file) return { baseUrl, accessKey: keyIn(file) ?? noKey(`${file} cannot be read, or is empty.`) };
  const directory = variables.BFF_DATA_DIR?.trim() || join(homedir(), '.pearsana-bff');
  const accessKey = keyIn(join(directory, 'access-key'));
  return { baseUrl, accessKey: accessKey ?? noKey('No access key was found.') };
}

/** What to do next if no BFF answered, to follow the message of the error; empty for any other error. */
export function whereHint({ reason }: ClientError): string {
  return reason === 'unreachable' || reason === 'timeout'
    ? ' Is it running? If it runs at another address, set PEARSANA_BFF_URL to that address.'
    : '';
}

function keyIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function noKey(what: string): never {
  throw new UsageError(
    `${what} Set PEARSANA_BFF_ACCESS_KEY to your key, or PEARSANA_BFF_ACCESS_KEY_FILE to the file that contains it. If you have no key, ask your BFF administrator for one.`,
  );
}
