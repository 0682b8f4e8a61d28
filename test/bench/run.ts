// `npm run bench`: figures of this machine, the BFF beside a peer in the same run. It asserts nothing: a machine's speed
// is no test. The peer is what one would write without a BFF: Express, `fetch`, and the snippet of the partner's page.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { startLocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 3;
const pings = 10_000;
const concurrency = 10;
const accessKey = 'pbff_an-access-key-for-benchmarks';

type Run = { firstAnswerMs: number; pingsPerSecond: number; idleMb: number; afterMb: number };
type Contestant = { name: string; program: string; path: string };

const contestants: Contestant[] = [
  { name: 'BFF, from source', program: 'server/main.ts', path: '/api/environments/sandbox/ping' },
  { name: 'BFF, dist/server.js', program: 'dist/server.js', path: '/api/environments/sandbox/ping' },
  { name: 'Express, fetch and the page’s snippet', program: 'test/bench/snippet-peer.ts', path: '/ping' },
];

execFileSync(process.execPath, ['build.ts'], { cwd: root, stdio: 'inherit' });
const pearsana = await startLocalPearsana();
const data = mkdtempSync(join(tmpdir(), 'bench-'));
const results = new Map<string, Run[]>();
try {
  // In turn, so that a machine that slows down slows down all of them.
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) {
      const runs = results.get(contestant.name) ?? [];
      results.set(contestant.name, [...runs, await measure(contestant)]);
    }
  }
} finally {
  await pearsana.stop();
  rmSync(data, { recursive: true, force: true });
}

print(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; medians of ${rounds} runs`,
);
print('');
print('| | start to first answer | pings a second | memory idle | after 10,000 pings |');
print('| --- | --- | --- | --- | --- |');
for (const [name, runs] of results) {
  const of = (figure: keyof Run) => median(runs.map((run) => run[figure]));
  print(
    `| ${name} | ${Math.round(of('firstAnswerMs'))} ms | ${Math.round(of('pingsPerSecond'))} | ${Math.round(of('idleMb'))} MB | ${Math.round(of('afterMb'))} MB |`,
  );
}
print('');
const { loadMs, activateMs } = extensionTimes();
print(`Extension: ${loadMs.toFixed(1)} ms to load the bundle, ${activateMs.toFixed(1)} ms in activate.`);

async function measure({ program, path }: Contestant): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, program)], {
    cwd: data,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      BFF_DATA_DIR: data,
      BFF_ACCESS_KEY: accessKey,
      RATE_LIMIT_PER_MINUTE: '1000000',
      PEARSANA_SANDBOX_CLIENT_ID: pearsana.clientId,
      PEARSANA_SANDBOX_CLIENT_SECRET: pearsana.clientSecret,
      PEARSANA_SANDBOX_AUTH_URL: pearsana.authUrl,
      PEARSANA_SANDBOX_API_URL: pearsana.apiUrl,
    },
  });
  const agent = new Agent({ connections: concurrency });
  try {
    const url = await readyUrl(child.stdout);
    const ping = async () => {
      const answer = await request(url + path, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${accessKey}` },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${program} answered ${answer.statusCode}.`);
    };
    await ping();
    const firstAnswerMs = performance.now() - started;
    const idleMb = residentMb(child.pid);
    const begun = performance.now();
    await Promise.all(Array.from({ length: concurrency }, () => repeat(ping, pings / concurrency)));
    const pingsPerSecond = pings / ((performance.now() - begun) / 1000);
    return { firstAnswerMs, pingsPerSecond, idleMb, afterMb: residentMb(child.pid) };
  } finally {
    await agent.close();
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function readyUrl(output: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    const url = /ready at (http:[^\s"]+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // Whoever reads no more blocks the writer in the end.
    output.resume();
    return url;
  }
  throw new Error('The program ended without a ready line.');
}

async function repeat(run: () => Promise<void>, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await run();
}

function residentMb(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

/**
 * What VS Code waits for, in a fresh process each time, where nothing is cached but the file. The `vscode` module is a
 * stand-in, so these are the times of our own code alone.
 */
function extensionTimes(): { loadMs: number; activateMs: number } {
  const bundle = createRequire(import.meta.url).resolve('../../extension/dist/extension.js');
  const program = `
    const Module = require('node:module');
    const load = Module._load;
    const disposable = { dispose() {} };
    const listen = () => disposable;
    const vscode = {
      window: {
        createOutputChannel: () => ({ info() {}, warn() {}, show() {}, dispose() {} }),
        createTreeView: () => ({ visible: false, onDidChangeVisibility: listen, dispose() {} }),
        registerUriHandler: listen,
      },
      workspace: { getConfiguration: () => ({ get: () => '' }), onDidChangeConfiguration: listen },
      commands: { registerCommand: listen },
      authentication: { registerAuthenticationProvider: listen },
      env: {},
      Uri: { parse: () => ({}) },
      EventEmitter: class { event = listen; },
      ExtensionMode: { Test: 3 },
      ExtensionKind: { Workspace: 2 },
    };
    const context = {
      subscriptions: [],
      secrets: { onDidChange: listen },
      extension: { id: 'publisher.name', extensionKind: 2 },
      extensionMode: 1,
    };
    Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
    const started = performance.now();
    const extension = require(${JSON.stringify(bundle)});
    const loaded = performance.now();
    extension.activate(context);
    process.stdout.write(JSON.stringify({ loadMs: loaded - started, activateMs: performance.now() - loaded }));
    process.exit();`;
  const runs: { loadMs: number; activateMs: number }[] = Array.from({ length: 5 }, () =>
    JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })),
  );
  return {
    loadMs: median(runs.map(({ loadMs }) => loadMs)),
    activateMs: median(runs.map(({ activateMs }) => activateMs)),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
