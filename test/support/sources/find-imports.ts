// Imports are found by esbuild's parser, those of types alone included.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** `to` is a path from the root for one of our files, and otherwise the name of a module. */
export type Import = { from: string; to: string; dynamic: boolean; typesOnly: boolean };

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Paths from the root, with slashes. */
export function filesAt(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: root }).map((path) => path.replaceAll(sep, '/'));
}

export const sourceOf = (path: string): string => readFileSync(join(root, path), 'utf8');

// An import of types alone leaves nothing in the program: marked, it stays, and is told from one of values.
const typesOnly = 'types:';
const importOfTypes = /^(import|export(?= type [{*])) type ([^'";]*?from ')/gm;

/** Every import of these files. */
export async function findImports(files: readonly string[]): Promise<Import[]> {
  const found: Import[] = [];
  await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outdir: 'unused',
    write: false,
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [
      {
        name: 'imports',
        setup({ onLoad, onResolve }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => ({
            loader: 'ts',
            contents: readFileSync(path, 'utf8').replaceAll(importOfTypes, `$1 $2${typesOnly}`),
          }));
          onResolve({ filter: /.*/ }, ({ importer, path, kind }) => {
            if (kind === 'entry-point') return undefined;
            const name = path.replace(typesOnly, '');
            const to = name.startsWith('.') ? relative(root, resolve(dirname(importer), name)) : name;
            found.push({
              from: relative(root, importer).replaceAll(sep, '/'),
              to: to.replaceAll(sep, '/'),
              dynamic: kind === 'dynamic-import',
              typesOnly: path !== name,
            });
            return { path, external: true };
          });
        },
      },
    ],
  });
  return found;
}
