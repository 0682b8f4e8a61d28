import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
// Only types: loading esbuild takes longer than finding out that there is nothing to do.
import type { BuildOptions, Metafile, OutputFile, Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** One bundle for both extension hosts (Node and web worker). It uses nothing that only one of them has. */
export const extensionOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  format: 'cjs',
  target: 'es2022',
  charset: 'utf8',
  external: ['vscode'],
  entryPoints: [join(root, 'extension/src/extension.ts')],
  logLevel: 'warning',
} as const satisfies BuildOptions;

type ExtensionBundle = {
  contents: Uint8Array;
  /** The sources that are in it, relative to the repository. */
  sources: string[];
  /** How many of its bytes are evaluated when the extension is activated. */
  eagerBytes: number;
};

/**
 * Bundles the extension in two steps. The first makes pieces: what is loaded at activation, and what each dynamic `import()`
 * brings. The second joins them into one file, since the web worker host can load no other. In one step, esbuild would wrap
 * every source file in a function of its own.
 */
export async function bundleExtension(): Promise<ExtensionBundle> {
  const { build } = await import('esbuild');
  const pieces = await build({
    ...extensionOptions,
    format: 'esm',
    splitting: true,
    outdir: join(root, 'extension/dist'),
    plugins: [slimPapaparse()],
    metafile: true,
    write: false,
  });
  const whole = await build({
    ...extensionOptions,
    entryPoints: [join(root, 'extension/dist/extension.js')],
    outfile: join(root, 'extension/dist/extension.js'),
    external: [],
    plugins: [readPieces(pieces.outputFiles)],
    // Modules are always strict; a file without imports and exports has to say so.
    banner: { js: '"use strict";' },
    // A name of VS Code's API that `readPieces` overlooked.
    logOverride: { 'import-is-undefined': 'error' },
    minify: true,
    metafile: true,
    write: false,
  });
  const [bundle] = whole.outputFiles;
  if (!bundle) throw new Error('esbuild made no bundle of the extension.');
  return {
    contents: bundle.contents,
    sources: Object.keys(pieces.metafile.inputs),
    eagerBytes: eagerBytes(whole.metafile),
  };
}

/**
 * Gives esbuild the pieces from memory. Of VS Code's API, they get the names that they use: with all of it as one object,
 * every piece would copy that object when it is loaded, and each use would be longer.
 */
function readPieces(pieces: OutputFile[]): Plugin {
  const texts = new Map(pieces.map(({ path, text }) => [path, text]));
  const names = new Set([...texts.values()].flatMap((text) => text.match(/(?<=\bvscode\d*\.)\w+/g) ?? []));
  return {
    name: 'read-pieces',
    setup(building) {
      building.onResolve({ filter: /.*/ }, ({ path, importer, kind, namespace }) => {
        if (namespace === 'host') return { path, external: true };
        if (path === 'vscode') return { path, namespace: 'host' };
        return { path: kind === 'entry-point' ? path : join(importer, '..', path), namespace: 'piece' };
      });
      building.onLoad({ filter: /.*/, namespace: 'piece' }, ({ path }) => ({
        contents: texts.get(path) ?? '',
      }));
      building.onLoad({ filter: /.*/, namespace: 'host' }, () => ({
        contents: `export const { ${[...names].join(', ')} } = require('vscode');`,
      }));
    },
  };
}

/** Of papaparse, its parser and its writer. The rest reads from files, streams, threads and the network, and would never run. */
function slimPapaparse(): Plugin {
  const used = ['JsonToCsv', 'Parser', 'escapeRegExp', 'isFunction'];
  return {
    name: 'slim-papaparse',
    setup(building) {
      const path = join(root, 'node_modules/papaparse/papaparse.js');
      building.onResolve({ filter: /^papaparse$/ }, () => ({ path }));
      building.onLoad({ filter: /[\\/]papaparse\.js$/ }, async () => {
        const library = await readFile(path, 'utf8');
        const functions = used.map((name) => {
          const [whole] =
            new RegExp(`^\\tfunction ${name}\\([^)]*\\)\\s*\\{[^]*?^\\t\\}`, 'm').exec(library) ?? [];
          if (whole === undefined) throw new Error(`papaparse has no function ${name}.`);
          return whole;
        });
        const table = String.raw`{ BAD_DELIMITERS: ['\r', '\n', '"', '\ufeff'], Parser, unparse: JsonToCsv }`;
        return { contents: `${functions.join('\n')}\nconst Papa = ${table};\nexport default Papa;` };
      });
    },
  };
}

/** What runs when the bundle is loaded: all but what a dynamic `import()` brings, which runs when it is first used. */
function eagerBytes({ inputs, outputs }: Metafile): number {
  const [output] = Object.values(outputs);
  if (!output?.entryPoint) throw new Error('esbuild does not say where the bundle begins.');
  const reached = new Set<string>();
  const queue = [output.entryPoint];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const imports = inputs[path]?.imports ?? [];
    queue.push(...imports.filter(({ kind }) => kind !== 'dynamic-import').map((each) => each.path));
  }
  return Object.entries(output.inputs)
    .filter(([path]) => reached.has(path))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}
