import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Builds the npm tarball of the typed client in `dist/`. @returns its path. */
export async function buildClient(): Promise<string> {
  const { version, license, dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await mkdir(join(root, '.cache'), { recursive: true });
  const stage = await mkdtemp(join(root, '.cache/client-'));
  try {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '--project', join(root, 'client'), '--outDir', stage]);
    await nameDeclarationsAsScripts(stage);
    await bundleProgram(join(stage, 'program.js'));
    for (const file of ['LICENSE', 'client/README.md'])
      await cp(join(root, file), join(stage, file.replace('client/', '')));
    const description = {
      name: 'pearsana-partner-client',
      version,
      description: 'The typed client of the Pearsana partner tools’ BFF.',
      license,
      type: 'module',
      exports: {
        '.': { types: './client/index.d.ts', default: './client/index.js' },
        './imports': { types: './client/imports.d.ts', default: './client/imports.js' },
      },
      bin: { 'pearsana-partner-client': './program.js' },
      sideEffects: false,
      engines: { node: '>=20.3' },
      // Not bundled, so that a project that uses zod contains it only once.
      dependencies: { papaparse: dependencies.papaparse, zod: dependencies.zod },
    };
    await writeFile(join(stage, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
    const shell = process.platform === 'win32';
    await run('npm', ['pack', '--ignore-scripts', '--loglevel=error'], { cwd: stage, shell });
    const name = `${description.name}-${version}.tgz`;
    await mkdir(join(root, 'dist'), { recursive: true });
    await rename(join(stage, name), join(root, 'dist', name));
    return join(root, 'dist', name);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The command line, as one file: nobody imports from it. */
async function bundleProgram(outfile: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    ...{ absWorkingDir: root, entryPoints: [join(root, 'client/program/main.ts')], outfile },
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning' },
    external: ['papaparse', 'zod'],
  });
}

/** The compiler renames imports only in scripts. It would find these itself, but other programs read declarations too. */
async function nameDeclarationsAsScripts(folder: string): Promise<void> {
  for await (const file of glob('**/*.d.ts', { cwd: folder })) {
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(
      join(folder, file),
      text.replaceAll(/((?:from |import\()['"]\.{1,2}\/[\w/-]+)\.ts(['"])/g, '$1.js$2'),
    );
  }
}
