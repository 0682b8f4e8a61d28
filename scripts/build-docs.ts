import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'esbuild';

/**
 * Puts the files of `/docs` into the server's bundle, compressed. They replace the module that reads them from their place.
 * That module is imported only when somebody opens `/docs`; until then, the files are only source text.
 */
export function embedDocs(): Plugin {
  return {
    name: 'embed-docs',
    setup(building) {
      building.onLoad({ filter: /[\\/]server[\\/]docs[\\/]read-docs-file\.ts$/ }, async () => {
        const { docsFileNames } = await import('../server/docs/docs-file-names.ts');
        const { readDocsFile } = await import('../server/docs/read-docs-file.ts');
        const files = await Promise.all(
          docsFileNames.map(async (name) => [name, compressed(await readDocsFile(name)).toString('base64')]),
        );
        return {
          contents: `import { brotliDecompressSync } from 'node:zlib';
            const files = ${JSON.stringify(Object.fromEntries(files))};
            export async function readDocsFile(name) {
              return brotliDecompressSync(Buffer.from(files[name], 'base64'));
            }`,
        };
      });
    },
  };
}

function compressed(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength, [constants.BROTLI_PARAM_QUALITY]: 10 },
  });
}
