import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareOnce } from '../processes/cache-folder.ts';
import { npm } from '../processes/execute.ts';

/**
 * Programs of others, in the versions of a lock file beside this file. They are not development dependencies, because
 * some need TypeScript 5 and this project uses 7, and because nobody else needs them.
 * `tools`: what checks and uses packages (some 90 MB on disk). `projects`: what projects are built, tested and run with
 * (some 900 MB, for `npm run test:client`).
 */
export async function installedFolder(name: 'tools' | 'projects'): Promise<string> {
  const described = join(import.meta.dirname, name);
  const lock = await readFile(join(described, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  return prepareOnce(`${name}-${version}`, async (folder) => {
    process.stderr.write(`Fetching ${name} for the tests of the client from npm (once) …\n`);
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(described, file), join(folder, file));
    await npm(['ci', '--ignore-scripts'], folder);
  });
}
