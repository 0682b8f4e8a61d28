import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DocsFileName } from './docs-file-names.ts';

/** Reads a file of `/docs` from where it lies. In `dist/server.js` stands another one (see scripts/build-docs.ts), which holds them all. */
export function readDocsFile(name: DocsFileName): Promise<Buffer> {
  if (name.startsWith('page.')) return readFile(join(import.meta.dirname, name));
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));
}
