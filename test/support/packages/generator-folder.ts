import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareOnce } from '../processes/cache-folder.ts';
import { npm } from '../processes/execute.ts';

const described = join(import.meta.dirname, 'generator');

/**
 * Puts `openapi-typescript` and `openapi-fetch` into the cache, in the versions of their lock file. They are not
 * development dependencies, because the generator needs TypeScript 5 and this project uses 7.
 */
export async function generatorFolder(): Promise<string> {
  const lock = await readFile(join(described, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  return prepareOnce(`openapi-generator-${version}`, async (folder) => {
    process.stderr.write('Fetching openapi-typescript from npm (once, some 45 MB on disk) …\n');
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(join(described, name), join(folder, name));
    await npm(['ci', '--ignore-scripts'], folder);
  });
}
