import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { execute, npm } from '../processes/execute.ts';
import { clientTarball, copyToBuild } from './built-copy.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A project outside the repository that has installed the client's tarball and zod, and nothing else. */
export type ClientConsumer = AsyncDisposable & {
  folder: string;
  /** Type-checks files as such a project would, with the compiler that is installed here. */
  compile(moduleResolution: 'nodenext' | 'bundler', ...files: string[]): Promise<string>;
};

/** Builds the tarball and installs it without the network: zod is installed from this repository's `node_modules`. */
export async function createClientConsumer(): Promise<ClientConsumer> {
  await using copy = await copyToBuild();
  await promisify(execFile)(process.execPath, ['scripts/build.ts', 'client'], { cwd: copy.folder });
  const folder = await mkdtemp(join(tmpdir(), 'client-consumer-'));
  const tarball = await clientTarball(copy.folder);
  const dependencies = {
    'pearsana-partner-client': `file:${tarball}`,
    zod: `file:${join(root, 'node_modules/zod')}`,
  };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies }),
  );
  await npm(['install', '--offline', '--ignore-scripts', '--no-package-lock'], folder);
  return {
    folder,
    compile(moduleResolution, ...files) {
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext';
      const flags = [
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--lib',
        'es2024,dom,dom.iterable',
      ];
      return execute(
        process.execPath,
        [
          compiler,
          ...flags,
          '--target',
          'es2022',
          '--module',
          module,
          '--moduleResolution',
          moduleResolution,
          ...files,
        ],
        folder,
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
