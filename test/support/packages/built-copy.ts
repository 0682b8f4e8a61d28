import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = [
  ...['client', 'extension', 'server', 'shared', 'scripts', 'LICENSE'],
  ...['package.json', 'package-lock.json', 'tsconfig.json'],
];

/** The path of the client's npm package, once it is built. */
export async function clientTarball(folder: string): Promise<string> {
  const name = (await readdir(join(folder, 'dist'))).find((each) => each.endsWith('.tgz'));
  if (name === undefined) throw new Error(`There is no tarball in ${folder}/dist.`);
  return join(folder, 'dist', name);
}

/** A copy of the sources, with nothing built yet: a build in it leaves the repository's own `dist/` alone. */
export async function copyToBuild(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'built-copy-'));
  for (const source of sources) await cp(join(root, source), join(folder, source), { recursive: true });
  await rm(join(folder, 'extension/dist'), { recursive: true, force: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
