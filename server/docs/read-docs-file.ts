import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DocsFileName } from './docs-file-names.ts';

/** Reads a file of `/docs` from its place. `dist/server.js` contains all of them, and replaces this function (see scripts/build-docs.ts). */
export function readDocsFile(name: DocsFileName): Promise<Buffer> {
  if (name.startsWith('page.') || name === 'mark.svg') return readFile(join(import.meta.dirname, name));
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));
}
