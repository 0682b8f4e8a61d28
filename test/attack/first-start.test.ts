import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keyPattern } from '../../server/callers/key-format.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

describe('the first start', { timeout: 120_000 }, () => {
  let folder: string;
  let data: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'first-start-'));
    data = join(folder, 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Starts the BFF, which must exit by itself with status 1. Gives its standard error. */
  async function failing(
    variables: Record<string, string>,
    { shell = '', args = [] as string[] } = {},
  ): Promise<string> {
    const child = spawn('sh', ['-c', `${shell}exec "$0" "$@"`, process.execPath, main, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: '0', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const [output, words] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code]: (number | null)[] = await closed;
    assert.equal(code, 1, output + words);
    assert.doesNotMatch(words, /^ +at /m, 'The message must not be a stack trace.');
    return words;
  }

  it('on a full disk leaves no empty key behind, and the next start succeeds', async () => {
    const words = await failing({ BFF_DATA_DIR: data, HOME: folder }, { shell: 'ulimit -f 0; ' });
    assert.match(
      words,
      /did not start: there is no space left for the data directory \(.*data\)\. Free some/,
    );
    assert.deepEqual(
      readdirSync(data).filter((name) => name.startsWith('access-key')),
      [],
    );
    await using bff = await startBffProcess({ BFF_DATA_DIR: data });
    assert.match(readFileSync(join(data, 'access-key'), 'utf8'), keyPattern);
    assert.equal((await fetch(`${bff.url}/readyz`)).status, 200);
  });

  it('without a home directory says which setting to set, and so do the commands', async () => {
    for (const args of [[], ['access', 'list']]) {
      const words = await failing({ HOME: '' }, { args });
      assert.match(words, /BFF_DATA_DIR is missing, and the current user has no home directory/);
    }
  });

  it('says so if the data directory is not a directory', async () => {
    writeFileSync(data, '');
    for (const variables of [{ BFF_DATA_DIR: data }, { HOME: '/dev/null' }]) {
      const words = await failing(variables);
      assert.match(words, /did not start.*(data|null).* BFF_DATA_DIR|cannot be read \(ENOTDIR\)/s);
    }
  });

  for (const mode of [0o777, 0o770, 0o702, 0o1777]) {
    it(`with a data directory that others may write to (${mode.toString(8)}) is refused, and so are the commands`, async () => {
      mkdirSync(data);
      chmodSync(data, mode);
      for (const args of [[], ['access', 'list'], ['access', 'add', 'ada', '--grant', '*:*']]) {
        const words = await failing({ BFF_DATA_DIR: data, HOME: folder }, { args });
        assert.match(words, /Other users of this machine may write to .*data, .*Run: chmod go-w .*data/);
      }
      assert.deepEqual(readdirSync(data), []);
    });
  }

  it('with an access file that others may write to is refused', async () => {
    mkdirSync(data, { mode: 0o700 });
    const file = join(data, 'access.json');
    writeFileSync(file, '{"version": 1, "keys": []}');
    for (const mode of [0o666, 0o620, 0o602]) {
      chmodSync(file, mode);
      const words = await failing({ BFF_DATA_DIR: data, HOME: folder });
      assert.match(words, /Other users of this machine may write to .*access\.json/);
    }
  });

  it('only warns if other users may read the data directory', async () => {
    mkdirSync(data, { mode: 0o755 });
    writeFileSync(join(data, 'access.json'), '{"version": 1, "keys": []}', { mode: 0o644 });
    await using bff = await startBffProcess({ BFF_DATA_DIR: data });
    assert.match(bff.output(), /^Warning: other users of this machine can read .*data\. Make it private/m);
    assert.match(bff.output(), /^Warning: other users of this machine can read .*access\.json\./m);
  });

  it('with an .env in another encoding says in which encoding to save it', async () => {
    writeFileSync(join(folder, '.env'), Buffer.from('BFF_LOCAL=true # \xfc\n', 'latin1'), { mode: 0o600 });
    assert.match(
      await failing({ HOME: folder }),
      /\.env cannot be read: it is not in UTF-8\. Save it as UTF-8/,
    );
  });

  it('accepts a proxy without a scheme, an address in brackets, a log level in capitals, and the variables of Kubernetes', async () => {
    await using bff = await startBffProcess({
      BFF_DATA_DIR: data,
      HTTPS_PROXY: 'proxy.corp.example:3128',
      HOST: '[::1]',
      LOG_LEVEL: 'INFO',
      BFF_PORT: 'tcp://10.0.0.7:8787',
      BFF_SERVICE_HOST: '10.0.0.7',
    });
    assert.match(bff.url, /^http:\/\/\[::1\]:\d+$/);
    const headers = { authorization: `Bearer ${readFileSync(join(data, 'access-key'), 'utf8').trim()}` };
    assert.equal((await fetch(`${bff.url}/api/environments/local/ping`, { headers })).status, 200);
    assert.doesNotMatch(bff.output(), /Warning: BFF_/);
  });

  it('needs no pre or post scripts, which npm does not run with ignore-scripts=true', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const names = Object.keys(scripts);
    assert.deepEqual(
      names.filter((name) => names.some((each) => [`pre${each}`, `post${each}`].includes(name))),
      [],
    );
    for (const name of names.filter((each) => each !== 'package:extension'))
      assert.match(
        scripts[name],
        /^node scripts\/setup\.mjs( --extension)? && exec node_modules\/\.bin\/node /,
        name,
      );
  });
});
