import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { storeVariables } from './test-store.ts';

const main = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));

/** Runs one of the server's commands as an operator does, as its own program. */
export async function runServerCommand(
  dataDirectory: string,
  args: readonly string[],
  variables: Record<string, string> = {},
) {
  const ofStore = await storeVariables(dataDirectory);
  const child = spawn(process.execPath, [main, ...args], {
    // A folder without a `.env`.
    cwd: dataDirectory,
    env: { PATH: process.env.PATH, BFF_DATA_DIR: dataDirectory, ...ofStore, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const [output, words] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code]: (number | null)[] = await closed;
  return { code, output, words };
}

/** Runs `access …`. */
export const access = (dataDirectory: string, ...args: string[]) =>
  runServerCommand(dataDirectory, ['access', ...args]);
