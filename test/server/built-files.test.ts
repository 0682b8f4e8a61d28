import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { keyPattern } from '../../server/callers/key-format.ts';
import { findSecrets, type Secrets } from '../support/secret-search.ts';
import { fallbackSecret } from '../support/test-bff.ts';
import { zipEntries } from '../support/zip-entries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = [
  'extension',
  'server',
  'shared',
  'build.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
const secrets = {
  'a secret of the environment': 'canary-secret-of-the-environment',
  'a secret of .env': 'canary-secret-of-dot-env',
  'an access key of .env': 'canary-access-key-of-dot-env',
  'a secret of the tests': fallbackSecret,
} satisfies Secrets;

// A copy: what others read in the repository's own `dist/` is left alone, and it can hold a `.env`.
it('bundles and VSIX hold no secret of the machine that built them, and the server’s manages keys too', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'built-files-'));
  try {
    for (const source of [...sources, 'LICENSE']) {
      await cp(join(root, source), join(folder, source), { recursive: true });
    }
    for (const built of ['dist', 'extension/dist'])
      await rm(join(folder, built), { recursive: true, force: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await writeFile(
      join(folder, '.env'),
      `PEARSANA_SANDBOX_CLIENT_SECRET=${secrets['a secret of .env']}\nBFF_ACCESS_KEY=${secrets['an access key of .env']}\n`,
    );
    const secret = secrets['a secret of the environment'];
    const env = { ...process.env, PEARSANA_CLIENT_SECRET: secret, BFF_ACCESS_KEY: secret };
    await promisify(execFile)(process.execPath, ['build.ts'], { cwd: folder, env });

    const bundles = ['dist/server.js', 'extension/dist/extension.js'];
    const files = new Map<string, Buffer>(
      await Promise.all(bundles.map(async (name) => [name, await readFile(join(folder, name))] as const)),
    );
    for (const [name, content] of zipEntries(await readFile(join(folder, 'dist/pearsana-partner.vsix')))) {
      assert.doesNotMatch(name, /\.env|access-key|\.ts$|\.map$/);
      files.set(`the VSIX’s ${name}`, content);
    }
    assert.match(String(files.get('the VSIX’s extension/package.json')), /"pearsana-partner"/);
    assert.deepEqual(
      files.get('the VSIX’s extension/dist/extension.js'),
      files.get('extension/dist/extension.js'),
    );
    for (const [name, content] of files) {
      assert.deepEqual(findSecrets(secrets, content.toString('latin1')), [], name);
    }

    // The one file runs the BFF and manages its keys.
    const add = ['dist/server.js', 'access', 'add', 'ada', '--grant', '*:*'];
    const its = { PATH: process.env.PATH, BFF_DATA_DIR: join(folder, 'data') };
    const { stdout } = await promisify(execFile)(process.execPath, add, { cwd: folder, env: its });
    assert.match(stdout, new RegExp(`^${keyPattern.source}\n$`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
