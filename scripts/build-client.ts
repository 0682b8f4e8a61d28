import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { slimPackage } from './slim-package.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Builds the npm tarball of the typed client in `dist/`. @returns its path. */
export async function buildClient(): Promise<string> {
  const { version, license, dependencies, repository, homepage } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  await mkdir(join(root, '.cache'), { recursive: true });
  const stage = await mkdtemp(join(root, '.cache/client-'));
  try {
    await Promise.all([
      compile(join(stage, 'esm')),
      compile(join(stage, 'cjs'), ...asCommonJs),
      bundleProgram(join(stage, 'program.js')),
    ]);
    await writeJson(join(stage, 'cjs/package.json'), { type: 'commonjs' });
    // For programs that know no `exports`: they look for a folder of that name.
    await mkdir(join(stage, 'imports'));
    await writeJson(join(stage, 'imports/package.json'), legacyEntry('../', 'imports'));
    for (const file of ['LICENSE', 'client/README.md'])
      await cp(join(root, file), join(stage, file.replace('client/', '')));
    const description = {
      name: 'pearsana-partner-client',
      version,
      description: 'The typed client of the Pearsana partner tools’ BFF.',
      license,
      homepage: `${homepage}/tree/main/client#readme`,
      repository: { ...repository, directory: 'client' },
      type: 'module',
      ...legacyEntry('./', 'index'),
      exports: { '.': entry('index'), './imports': entry('imports'), './package.json': './package.json' },
      bin: { 'pearsana-partner-client': './program.js' },
      sideEffects: false,
      engines: { node: '>=20.3' },
      // Not bundled, so that a project that uses zod contains it only once.
      dependencies: { papaparse: dependencies.papaparse, zod: dependencies.zod },
    };
    await writeJson(join(stage, 'package.json'), description);
    const shell = process.platform === 'win32';
    await run('npm', ['pack', '--ignore-scripts', '--loglevel=error'], { cwd: stage, shell });
    const name = `${description.name}-${version}.tgz`;
    await mkdir(join(root, 'dist'), { recursive: true });
    await rename(join(stage, name), join(root, 'dist', name));
    return join(root, 'dist', name);
  } finally {
    // After a failure, the other parts may still be writing.
    await rm(stage, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Imports become calls of `require`, which a module that is taken verbatim cannot say. */
const asCommonJs = [
  ...['--module', 'commonjs', '--moduleResolution', 'bundler'],
  ...['--verbatimModuleSyntax', 'false'],
];

/** JavaScript and types of the entries, and of everything that they import. */
async function compile(folder: string, ...flags: string[]): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '--project', join(root, 'client'), '--outDir', folder, ...flags]);
  await nameDeclarationsAsScripts(folder);
  await slimPackage(folder);
}

/** An entry of `exports`: an import gets an ES module, a `require` gets CommonJS, and each gets types of its own kind. */
function entry(name: string) {
  const at = (folder: string) => `./${folder}/client/${name}`;
  return {
    import: { types: `${at('esm')}.d.ts`, default: `${at('esm')}.js` },
    require: { types: `${at('cjs')}.d.ts`, default: `${at('cjs')}.js` },
  };
}

function legacyEntry(up: string, name: string) {
  const at = (folder: string) => `${up}${folder}/client/${name}`;
  return { main: `${at('cjs')}.js`, module: `${at('esm')}.js`, types: `${at('cjs')}.d.ts` };
}

async function writeJson(file: string, value: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
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
