// `@sparticuz/chromium` packs a headless Chromium into npm for machines without one. We unpack its files ourselves
// instead of calling it: it would write them under fixed names into the shared temporary folder, and would trust what it
// finds there.
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { prepareOnce, unpackFromNpm } from '../processes/cache-folder.ts';
import { execute } from '../processes/execute.ts';
import type { BrowserExecutable } from './chromium.ts';

const sparticuz = {
  name: '@sparticuz/chromium',
  version: '153.0.0',
  integrity:
    'sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==',
  folder: 'bin',
};

// The package's own configuration names folders of the cloud host that it is made for.
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Puts the packaged Chromium into the cache (Linux on 64-bit Intel only). Its bundled libraries and fonts
 * are used only where the system's are missing.
 */
export async function packagedChromium(): Promise<BrowserExecutable> {
  const folder = await prepareOnce(`chromium-${sparticuz.version}`, async (target) => {
    process.stderr.write('Fetching a headless Chromium from npm (once, some 270 MB on disk) …\n');
    await unpackFromNpm(sparticuz, target);
    await decompress(join(target, 'chromium.br'), join(target, 'chromium'));
    for (const name of ['al2023', 'fonts'])
      await unpackInto(join(target, name), join(target, `${name}.tar.br`));
    await writeFile(join(target, 'fonts/fonts.conf'), fontConfiguration);
    // The remaining file draws WebGL, which no test uses.
    await rm(join(target, 'swiftshader.tar.br'));
  });
  const file = join(folder, 'chromium');
  return { file, env: { ...(await libraries(file, folder)), ...fonts(folder) } };
}

async function libraries(file: string, folder: string): Promise<Record<string, string>> {
  if (!(await execute('ldd', [file])).includes('not found')) return {};
  const { LD_LIBRARY_PATH } = process.env;
  const bundled = join(folder, 'al2023/lib');
  return { LD_LIBRARY_PATH: LD_LIBRARY_PATH ? `${LD_LIBRARY_PATH}:${bundled}` : bundled };
}

function fonts(folder: string): Record<string, string> {
  if (process.env.FONTCONFIG_PATH || existsSync('/etc/fonts/fonts.conf')) return {};
  return { FONTCONFIG_PATH: join(folder, 'fonts') };
}

async function unpackInto(target: string, compressed: string): Promise<void> {
  const archive = `${target}.tar`;
  await decompress(compressed, archive);
  await mkdir(target);
  await execute('tar', ['-xf', archive, '-C', target]);
  await rm(archive);
}

async function decompress(compressed: string, target: string): Promise<void> {
  await pipeline(
    createReadStream(compressed),
    createBrotliDecompress(),
    createWriteStream(target, { mode: 0o755 }),
  );
  await rm(compressed);
}
