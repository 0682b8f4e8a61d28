import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  tarball: string;
  /** Type-checks files as such a project would, with the compiler that is installed here. */
  compile(kind: keyof typeof kinds, ...files: string[]): Promise<string>;
};

/** How projects resolve imports. */
const kinds = {
  nodenext: ['--module', 'nodenext'],
  node16: ['--module', 'node16'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
  commonjs: ['--module', 'commonjs'],
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
  // The copy is gone soon.
  const kept = join(folder, 'packed.tgz');
  await copyFile(tarball, kept);
  return {
    folder,
    tarball: kept,
    compile(kind, ...files) {
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
      const flags = [...strict, '--lib', 'es2024,dom,dom.iterable', ...kinds[kind]];
      return execute(process.execPath, [compiler, ...flags, ...files], folder);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
