import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FaultServer, startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const main = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));
const accessKey = 'pbff_an-access-key-for-tests-only';
const otherKey = 'pbff_quite-another-access-key-for-tests';
const late = { delayMs: 300, body: { status: 'ok', message: 'late', clientId: 'a', scopes: [] } };

type Program = {
  child: ChildProcess;
  output(): string;
  errors(): string;
  /** The URL of the ready line; fails if the program ends before it. */
  ready(): Promise<string>;
  /** Its exit code, or the signal that it died of. */
  ended: Promise<number | string>;
};

/** A folder with nothing in it, a partner, and the program run in the one with the other as its sandbox. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder()).path;
  const partner = stack.use(await startFaultServer());
  const kept = stack.move();
  return {
    folder,
    partner,
    run(variables: Record<string, string>, command = process.execPath, args = [main]): Program {
      const started = start(folder, { ...sandboxOf(partner), ...variables }, command, args);
      kept.defer(async () => {
        started.child.kill('SIGKILL');
        await started.ended;
      });
      return started;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const sandboxOf = (partner: FaultServer) =>
  partnerVariables({ sandbox: { ...partner, clientSecret: 'canary-secret' } });

function start(folder: string, variables: Record<string, string>, command: string, args: string[]): Program {
  const { PATH = '' } = process.env;
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH, HOME: folder, PORT: '0', BFF_DATA_DIR: join(folder, 'data'), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([code, signal]): number | string => code ?? signal);
  async function ready(): Promise<string> {
    for (;;) {
      const url = /ready at (http:\S+?)["\s]/.exec(output)?.[1];
      if (url) return url;
      const more = once(child.stdout, 'data').then(() => true);
      if (!(await Promise.race([more, ended.then(() => false)]))) {
        assert.fail(`It ended before it was ready:\n${output}${errors}`);
      }
    }
  }
  return { child, output: () => output, errors: () => errors, ready, ended };
}

function ping(url: string, key = accessKey, environment = 'sandbox'): Promise<Response> {
  return fetch(`${url}/api/environments/${environment}/ping`, {
    headers: { authorization: `Bearer ${key}` },
  });
}

function arrival({ api }: FaultServer): Promise<void> {
  return until('a request at Pearsana', () => api.arrivals.length > 0);
}

// Each waits for processes most of the time, so they wait together; none may take longer than this.
describe('the program', { concurrency: 3, timeout: 120_000 }, () => {
  it('needs nothing but npm, keeps its key to itself, and ends cleanly when npm is told to', async () => {
    await using here = await setUp();
    writeFileSync(
      join(here.folder, 'package.json'),
      JSON.stringify({ scripts: { go: `exec node ${main}` } }),
    );
    const unset = Object.fromEntries(Object.keys(sandboxOf(here.partner)).map((name) => [name, '']));
    const quiet = { npm_config_update_notifier: 'false', npm_config_cache: join(here.folder, 'npm') };
    const program = here.run({ ...unset, ...quiet }, 'npm', ['run', '--silent', 'go']);
    const url = await program.ready();
    const file = join(here.folder, 'data', 'access-key');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const key = readFileSync(file, 'utf8').trim();
    assert.equal((await ping(url, key, 'local')).status, 200);
    program.child.kill('SIGTERM');
    assert.equal(await program.ended, 0);
    await assert.rejects(fetch(`${url}/livez`));
    assert.match(program.output(), /access key +in data\/access-key/);
    assert(!(program.output() + program.errors()).includes(key));
  });

  it('takes .env after the shell, and two signals at once for one, as Ctrl-C reaches a group twice', async () => {
    await using here = await setUp();
    const file = `BFF_ACCESS_KEY=${otherKey}\nRATE_LIMIT_PER_MINUTE=7\n`;
    writeFileSync(join(here.folder, '.env'), file, { mode: 0o644 });
    const { ready, errors, child, ended } = here.run({ BFF_ACCESS_KEY: accessKey });
    const url = await ready();
    assert.match(errors(), /^Warning: other users of this machine can read \.env/m);
    assert.equal((await ping(url, otherKey)).status, 401);
    here.partner.api.next(late);
    const underWay = ping(url);
    await arrival(here.partner);
    child.kill('SIGINT');
    await delay(50);
    child.kill('SIGINT');
    const answer = await underWay;
    assert.match(await answer.text(), /late/);
    assert.match(answer.headers.get('ratelimit-policy') ?? '', /q=7/);
    assert.equal(await ended, 0);
  });

  it('names every fault on a line of its own, shows no value, and ends with 1', async () => {
    await using here = await setUp();
    const faults = {
      PORT: 'canary',
      LOG_LEVEL: 'canary',
      PEARSANA_SANDBOX_API_URL: 'http://canary.example.com',
    };
    const { ended, errors, output } = here.run(faults);
    assert.equal(await ended, 1);
    assert.equal(output(), '');
    assert.match(errors(), /^The BFF did not start\. .* has 3 errors:$/m);
    for (const name of Object.keys(faults)) assert.match(errors(), new RegExp(`^ {2}- ${name} must`, 'm'));
    assert.doesNotMatch(errors(), /canary/);
  });

  it('says that a port is in use, and ends with 1, its local Pearsana with it', async () => {
    await using here = await setUp();
    const PORT = new URL(here.partner.api.url).port;
    const { ended, errors } = here.run({ PORT, BFF_LOCAL: 'true' });
    const waited = delay(60_000, 'It goes on running.', { ref: false });
    assert.equal(await Promise.race([ended, waited]), 1);
    assert.match(errors(), new RegExp(`^The BFF did not start: port ${PORT} of 127\\.0\\.0\\.1 is in use`));
  });

  it('in production speaks in its log alone, and after SIGTERM answers what is under way', async () => {
    await using here = await setUp();
    const { ready, output, child, ended } = here.run({ BFF_ACCESS_KEY: accessKey, NODE_ENV: 'production' });
    const url = await ready();
    here.partner.api.next(late);
    const underWay = ping(url);
    await arrival(here.partner);
    child.kill('SIGTERM');
    assert.match(await (await underWay).text(), /late/);
    assert.equal(await ended, 0);
    const lines = output().trim().split('\n');
    assert.deepEqual(
      lines.map((line): unknown => JSON.parse(line).msg),
      [`ready at ${url}`, 'shutting down: SIGTERM', 'request'],
    );
    assert.doesNotMatch(output(), /canary|aaaa/);
  });

  it('waits no longer when it is asked again after a second', async () => {
    await using here = await setUp();
    const { ready, child, ended } = here.run({ BFF_ACCESS_KEY: accessKey });
    const url = await ready();
    here.partner.api.next({ fault: 'hang' });
    const underWay = ping(url).catch(() => 'cut');
    await arrival(here.partner);
    child.kill('SIGINT');
    await delay(1_100);
    child.kill('SIGINT');
    assert.equal(await ended, 1);
    assert.equal(await underWay, 'cut');
  });
});
