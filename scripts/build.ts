// `node scripts/build.ts` builds everything that is shipped, in dist/: the extension's VSIX, the BFF as one file, the client's npm tarball.
// `node scripts/build.ts server` and `node scripts/build.ts client` build one of these.
// `node scripts/build.ts extension` builds only the VSIX, and only if a source is newer: it runs at every `npm start`.
// `node scripts/build.ts extension --watch` keeps the extension's bundle fresh for F5.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
// Only types: loading these programs takes longer than finding out that there is nothing to do.
import type { BuildOptions, Plugin } from 'esbuild';
import { buildClient } from './build-client.ts';
import { embedDocs } from './build-docs.ts';
import { bundleExtension, extensionOptions } from './bundle-extension.ts';

const root = join(import.meta.dirname, '..');
const extension = join(root, 'extension');
const extensionBundle = join(extension, 'dist/extension.js');
const vsix = join(root, 'dist/pearsana-partner.vsix');
const serverBundle = join(root, 'dist/server.js');

const kilobyte = 1024;
/** A fifth of it is zod, with which the wizards check input as the BFF does. */
const largestEager = 88 * kilobyte;
const largestBundle = 240 * kilobyte;
const largestVsix = 117 * kilobyte;

/** The sources of the VSIX: files, and folders with everything in them. */
const vsixSources = [
  'extension/package.json',
  'extension/README.md',
  'extension/CHANGELOG.md',
  'extension/.vscodeignore',
  'extension/src',
  'extension/media',
  'shared',
  'LICENSE',
  'scripts/build.ts',
  'scripts/bundle-extension.ts',
  'package-lock.json',
];

async function buildExtension(): Promise<void> {
  if (isFresh()) return;
  const started = new Date();
  const { contents, sources, eagerBytes } = await bundleExtension();
  forbid(sources, /^server\//, 'the extension');
  await writeWhole(extensionBundle, contents);
  await report(extensionBundle, largestBundle);
  say(`  of which ${(eagerBytes / kilobyte).toFixed(1)} KB are evaluated when the extension is activated`);
  if (eagerBytes > largestEager) throw new Error(`That is more than ${largestEager / kilobyte} KB.`);
  await packageExtension();
  // Give the VSIX the time of the start: if a source was saved meanwhile, the next build notices.
  await utimes(vsix, started, started);
  await report(vsix, largestVsix);
}

function isFresh(): boolean {
  if (!existsSync(vsix) || !existsSync(extensionBundle)) return false;
  const built = statSync(vsix).mtimeMs;
  return vsixSources.every((source) => isOlder(join(root, source), built));
}

/** The folder itself counts too, since removing a file changes it. */
function isOlder(path: string, built: number): boolean {
  const stats = statSync(path);
  if (stats.mtimeMs >= built) return false;
  return !stats.isDirectory() || readdirSync(path).every((entry) => isOlder(join(path, entry), built));
}

/** Uses its own folder, so that simultaneous builds don't collide, and so that the sources contain the licence only once. */
async function packageExtension(): Promise<void> {
  await mkdir(join(root, '.cache'), { recursive: true });
  const stage = await mkdtemp(join(root, '.cache/vsix-'));
  try {
    await cp(extension, stage, {
      recursive: true,
      filter: (source) => !['src', 'node_modules'].includes(relative(extension, source)),
    });
    await cp(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    const made = join(stage, 'made.vsix');
    // Run as a program, so that its output is shown only if it fails. With these flags it asks no questions.
    const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
    const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    const args = [vsce, 'package', ...flags, '--out', made];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: stage });
    if (/\bwarn(ing)?\b/i.test(stdout + stderr)) throw new Error(`vsce has a warning:\n${stdout}${stderr}`);
    await mkdir(join(root, 'dist'), { recursive: true });
    await rename(made, vsix);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function watchExtension(): Promise<void> {
  const { context } = await import('esbuild');
  const building = await context({
    ...extensionOptions,
    outfile: extensionBundle,
    sourcemap: 'linked',
    plugins: [sayWhen()],
  });
  await building.watch();
}

/** The lines that the task in .vscode/tasks.json waits for. */
function sayWhen(): Plugin {
  return {
    name: 'say-when',
    setup(building) {
      building.onStart(() => say('[watch] build started'));
      building.onEnd(() => say('[watch] build finished'));
    },
  };
}

const serverOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  logLevel: 'warning',
} as const satisfies BuildOptions;

async function buildServer(): Promise<void> {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    ...serverOptions,
    entryPoints: [join(root, 'server/main.ts')],
    outfile: serverBundle,
    // Every start reads all of it. Names stay, for the log's stack frames.
    minifyWhitespace: true,
    minifySyntax: true,
    // As in Node itself, undici then has one parser of HTTP, and not an experimental one beside it.
    define: { esbuildDetection: 'true' },
    // CommonJS modules in the bundle call `require` for Node's own modules.
    banner: {
      // The bundle is for production, unless NODE_ENV says otherwise.
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);\nprocess.env.NODE_ENV ??= 'production';",
    },
    plugins: [
      requireNode(),
      leaveOutLocalPearsana(),
      leaveOutUnusedParts(),
      slimUndici(),
      slimMimeTypes(),
      embedDocs(),
      embedJournalThread(),
    ],
    metafile: true,
  });
  forbid(Object.keys(metafile.inputs), /^server\/local-pearsana\/|\/oidc-provider\//, 'the server');
  await report(serverBundle);
}

/**
 * Has Node's modules required in place of imported. An import asks each for all that it exports, even for what Node itself
 * loads when it is first used: the import of `node:http` alone would load Node's own copy of undici.
 */
function requireNode(): Plugin {
  return {
    name: 'require-node',
    setup(building) {
      building.onResolve({ filter: /^node:/ }, ({ path, kind, namespace }) =>
        kind === 'import-statement' && namespace !== 'node'
          ? { path, namespace: 'node' }
          : { path, external: true },
      );
      building.onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
      }));
    },
  };
}

/** Parts of libraries that the BFF never uses, each with what stands in its place. Every start would load them. */
const unusedParts: readonly { file: RegExp; instead: string }[] = [
  // Express offers parsers of bodies. The BFF reads bodies itself, and their tables of charsets are a seventh of the bundle.
  { file: /[\\/]body-parser[\\/]index\.js$/, instead: 'module.exports = {};' },
  // Express reads a query with it only if it is told to.
  { file: /[\\/]qs[\\/]lib[\\/]index\.js$/, instead: 'module.exports = {};' },
  // undici's HTTP/2, which `connections.ts` switches off, would load Node's own.
  { file: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/, instead: 'module.exports = undefined;' },
  // A browser's forms, which `connections.ts` never sends.
  { file: /[\\/]undici[\\/]lib[\\/]web[\\/].*\.js$/, instead: 'module.exports = {};' },
  // What pino writes with. The log has an output of its own.
  { file: /[\\/](sonic-boom|thread-stream)[\\/]index\.js$/, instead: 'module.exports = class {};' },
];

function leaveOutUnusedParts(): Plugin {
  return {
    name: 'leave-out-unused-parts',
    setup(building) {
      for (const { file, instead } of unusedParts)
        building.onLoad({ filter: file }, () => ({ contents: instead }));
    },
  };
}

/** Of the 2,500 types of files that Express knows, answers of the BFF have these. Every start would put all of them into tables. */
function slimMimeTypes(): Plugin {
  const used = [
    'text/html',
    'text/plain',
    'text/css',
    'text/javascript',
    'application/json',
    'image/svg+xml',
  ];
  return {
    name: 'slim-mime-types',
    setup(building) {
      building.onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, async ({ path }) => {
        const all: Record<string, object> = JSON.parse(await readFile(path, 'utf8'));
        const contents = JSON.stringify(Object.fromEntries(used.map((type) => [type, all[type]])));
        return { contents, loader: 'json' };
      });
    },
  };
}

/**
 * Of undici, its connections are used, and those through a proxy only where there is one. A browser's `fetch`, WebSockets,
 * caches and mocks would take a tenth of the start to load.
 */
function slimUndici(): Plugin {
  return {
    name: 'slim-undici',
    setup(building) {
      building.onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, () => ({
        contents: `
          exports.Agent = require('./lib/dispatcher/agent');
          Object.defineProperty(exports, 'EnvHttpProxyAgent', {
            enumerable: true,
            get: () => require('./lib/dispatcher/env-http-proxy-agent'),
          });
          exports.Pool = require('./lib/dispatcher/pool');
          exports.errors = require('./lib/core/errors');
          const { request } = require('./lib/api');
          Object.assign(require('./lib/dispatcher/dispatcher').prototype, { request });`,
      }));
    },
  };
}

/** The stand-in is for machines without credentials and contains an authorisation server, so it does not belong in production. */
function leaveOutLocalPearsana(): Plugin {
  return {
    name: 'leave-out-local-pearsana',
    setup(building) {
      building.onResolve({ filter: /\/local-pearsana\// }, ({ path }) => ({ path, external: true }));
    },
  };
}

/**
 * Puts the program of the journal's thread into the one file, as a URL that contains it. With the whole bundle, the thread
 * would take as long to start as the BFF itself, and as much memory.
 */
function embedJournalThread(): Plugin {
  return {
    name: 'embed-journal-thread',
    setup(building) {
      building.onLoad({ filter: /[\\/]thread-store\.ts$/ }, async ({ path }) => {
        const program = "new URL('./journal-thread.ts', import.meta.url)";
        const source = await readFile(path, 'utf8');
        if (!source.includes(program))
          throw new Error(`thread-store.ts does not begin the thread by ${program}.`);
        const { build } = await import('esbuild');
        const { outputFiles } = await build({
          ...serverOptions,
          entryPoints: [join(path, '../journal-thread.ts')],
          minify: true,
          write: false,
        });
        const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`;
        return { contents: source.replace(program, () => `new URL(${JSON.stringify(url)})`), loader: 'ts' };
      });
    },
  };
}

function forbid(sources: string[], pattern: RegExp, whose: string): void {
  const found = sources.find((source) => pattern.test(source));
  if (found !== undefined) throw new Error(`${found} must not be in the bundle of ${whose}.`);
}

/** A reader gets either the old file or the new one, never half of it. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, contents);
  await rename(part, file);
}

async function report(file: string, largest = Number.POSITIVE_INFINITY): Promise<void> {
  const { size } = await stat(file);
  const name = relative(root, file).replaceAll(sep, '/');
  say(`${name}  ${(size / kilobyte).toFixed(1)} KB`);
  if (size > largest) throw new Error(`${name} is larger than ${largest / kilobyte} KB.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [what, ...flags] = process.argv.slice(2);
if (what === 'extension' && flags.join() === '--watch') await watchExtension();
else if (what === 'extension' && flags.length === 0) await buildExtension();
else if (what === 'server' && flags.length === 0) await buildServer();
else if (what === 'client' && flags.length === 0) await report(await buildClient());
else if (what === undefined) {
  if (isFresh()) await report(vsix, largestVsix);
  else await buildExtension();
  await buildServer();
  await report(await buildClient());
} else {
  say('Usage: node scripts/build.ts [server | client | extension [--watch]]');
  process.exitCode = 1;
}
