import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { keyPattern } from '../../server/callers/key-format.ts';
import { clientTarball, copyToBuild } from '../support/packages/built-copy.ts';
import { zipEntries } from '../support/packages/zip-entries.ts';
import { fallbackSecret } from '../support/partner/partner-variables.ts';
import { findSecrets, type Secrets } from '../support/secrets/secret-search.ts';

const secrets = {
  'a secret of the environment': 'canary-secret-of-the-environment',
  'a secret of .env': 'canary-secret-of-dot-env',
  'an access key of .env': 'canary-access-key-of-dot-env',
  'a secret of the tests': fallbackSecret,
} satisfies Secrets;

it('bundles, VSIX and npm tarball hold no secret of the machine that built them, and the server’s manages keys too', {
  timeout: 60_000,
}, async () => {
  await using copy = await copyToBuild();
  const { folder } = copy;
  await writeFile(
    join(folder, '.env'),
    `PEARSANA_SANDBOX_CLIENT_SECRET=${secrets['a secret of .env']}\nBFF_ACCESS_KEY=${secrets['an access key of .env']}\n`,
  );
  const secret = secrets['a secret of the environment'];
  const env = { ...process.env, PEARSANA_CLIENT_SECRET: secret, BFF_ACCESS_KEY: secret };
  await promisify(execFile)(process.execPath, ['scripts/build.ts'], { cwd: folder, env });

  const bundles = ['dist/server.js', 'extension/dist/extension.js'];
  const files = new Map<string, Buffer>(
    await Promise.all(bundles.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
  for (const [name, content] of zipEntries(await readFile(join(folder, 'dist/pearsana-partner.vsix')))) {
    assert.doesNotMatch(name, /\.env|access-key|\.ts$|\.map$/);
    files.set(`the VSIX’s ${name}`, content);
  }
  const tarball = gunzipSync(await readFile(await clientTarball(folder)));
  assert.match(tarball.toString('latin1'), /package\/esm\/client\/index\.js/);
  files.set('the npm tarball', tarball);
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
});
