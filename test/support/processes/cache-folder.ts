import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execute, npm } from './execute.ts';

/** Where tests keep downloads and pictures. Git ignores it, and you may delete it: the next run takes longer. */
export const cacheFolder = join(import.meta.dirname, '../../../.cache');

const hourMs = 3_600_000;

/**
 * Returns the folder `name` inside the cache, which `prepare` fills once. It is filled under another name and renamed
 * at the end, so an interrupted run leaves nothing that looks finished, and two runs at once do not meet.
 */
export async function prepareOnce(name: string, prepare: (folder: string) => Promise<void>): Promise<string> {
  const finished = join(cacheFolder, name);
  if (existsSync(finished)) return finished;
  await mkdir(cacheFolder, { recursive: true });
  await removeStaleDrafts(`${name}.draft-`);
  const draft = await mkdtemp(`${finished}.draft-`);
  try {
    await prepare(draft);
    await rename(draft, finished);
  } catch (error) {
    // Another run may have finished first; its result is as good as ours.
    if (!existsSync(finished)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return finished;
}

/**
 * Downloads one package version from the npm registry, checks it against `integrity` (as `npm view … dist.integrity`
 * prints it), and unpacks the given folder of it into `target`.
 */
export async function unpackFromNpm(
  { name, version, integrity, folder }: { name: string; version: string; integrity: string; folder: string },
  target: string,
): Promise<void> {
  const download = await mkdtemp(join(target, '.download-'));
  try {
    await npm(['pack', `${name}@${version}`], download);
    const [archive] = await readdir(download);
    if (archive === undefined) throw new Error(`npm pack ${name}@${version} left no archive.`);
    const found = await sha512(join(download, archive));
    if (found !== integrity) {
      throw new Error(`${name}@${version} is not what was pinned: expected ${integrity}, found ${found}.`);
    }
    // Only relative names: to some `tar` on Windows, `C:` looks like another host.
    const depth = `package/${folder}`.split('/').length;
    await execute(
      'tar',
      ['-xzf', archive, '-C', '..', `--strip-components=${depth}`, `package/${folder}`],
      download,
    );
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest('base64')}`;
}

async function removeStaleDrafts(prefix: string): Promise<void> {
  for (const entry of await readdir(cacheFolder)) {
    if (!entry.startsWith(prefix)) continue;
    const draft = join(cacheFolder, entry);
    const { mtimeMs } = await stat(draft);
    if (Date.now() - mtimeMs > hourMs) await rm(draft, { recursive: true, force: true });
  }
}
