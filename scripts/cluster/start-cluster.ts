// `npm run start:cluster`: three BFFs that are one, for a look. They share a PostgreSQL from npm and one local Pearsana, behind
// a small proxy at PORT (8787 unless set). Nothing of it is left when it ends.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startLocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';
import { startPostgres } from './postgres-server.ts';
import { startRoundRobin } from './round-robin.ts';

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
const instances = 3;
const environment = 'stand-in';

type Instance = { number: number; url: string; child: ChildProcess };

const port = Number(process.env.PORT ?? 8787);
const running: Instance[] = [];
let isEnding = false;

await using stack = new AsyncDisposableStack();
// A signal to a process group arrives twice, since npm passes it on too: the second one must not end this program before it has
// ended the others.
const { promise: ended, resolve: end } = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
try {
  await startAll();
} catch (error) {
  const words = error instanceof Error ? error.message : 'for an unknown reason';
  say(
    words.includes('EADDRINUSE')
      ? `Port ${port} is in use. Set PORT to another one: PORT=8788 npm run start:cluster`
      : `The cluster did not start: ${words}`,
  );
  process.exitCode = 1;
}
if (process.exitCode === undefined) await ended;
isEnding = true;
say('Stopping: each BFF finishes what it has begun.');
await stack.disposeAsync();
process.exit();

async function startAll(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bff-cluster-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say('Starting PostgreSQL, the local Pearsana and three BFFs …');
  const postgres = stack.use(await startPostgres());
  await postgres.create('pearsana_bff');
  const pearsana = stack.use(await startLocalPearsana());
  const keyFile = join(folder, 'journal-key');
  await writeFile(keyFile, randomBytes(32), { mode: 0o600 });
  const accessKey = randomBytes(24).toString('hex');
  const proxy = stack.use(await startRoundRobin({ port, targets: () => running.map(({ url }) => url) }));
  const variables = {
    BFF_DATABASE_URL: postgres.url('pearsana_bff'),
    BFF_JOURNAL_KEY_FILE: keyFile,
    BFF_ACCESS_KEY: accessKey,
    BFF_PUBLIC_URL: proxy.url,
    BFF_TRUST_PROXY: '1',
    LOG_LEVEL: 'warn',
    PEARSANA_ENVIRONMENTS: environment,
    PEARSANA_STAND_IN_CLIENT_ID: pearsana.clientId,
    PEARSANA_STAND_IN_CLIENT_SECRET: pearsana.clientSecret,
    PEARSANA_STAND_IN_AUTH_URL: pearsana.authUrl,
    PEARSANA_STAND_IN_API_URL: pearsana.apiUrl,
    PEARSANA_STAND_IN_PROTECTED: 'false',
    PATH: process.env.PATH,
  };
  // In a folder without a `.env`.
  await promisify(execFile)(process.execPath, [main, 'migrate'], { cwd: folder, env: variables });
  const started = await Promise.all(
    Array.from({ length: instances }, (_, index) => startInstance(index + 1, folder, variables)),
  );
  running.push(...started.toSorted((one, other) => one.number - other.number));
  process.stdout.write(wordsFor(proxy.url, accessKey, postgres.url('pearsana_bff'), pearsana.apiUrl));
}

async function startInstance(
  number: number,
  folder: string,
  variables: Record<string, string | undefined>,
): Promise<Instance> {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    // A process group of its own: Ctrl-C reaches this program, which ends the BFFs in order.
    ...{ detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...variables, PORT: '0', BFF_DATA_DIR: join(folder, `bff-${number}`) },
  });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  stack.defer(stop);
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  let isReady = false;
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      const url = /ready at (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      // After its welcome, which is for a single BFF, come the lines of its log.
      if (line.startsWith('{') || !isReady) printed.push(line);
      if (line.startsWith('{') && isReady) say(`[BFF ${number}] ${line}`);
    });
  }
  child.once('exit', () => {
    reject(new Error(`BFF ${number} ended:\n${printed.join('\n')}`));
    const index = running.findIndex((each) => each.child === child);
    if (index === -1 || isEnding) return;
    running.splice(index, 1);
    say(`BFF ${number} has ended. The others go on.`);
  });
  const url = await ready;
  isReady = true;
  return { number, url, child };
}

function wordsFor(url: string, accessKey: string, database: string, pearsana: string): string {
  return `${[
    '',
    'Three BFFs run as one:',
    '',
    `  callers use   ${url}   (a small proxy: each request goes to the next BFF)`,
    ...running.map((each) => `  BFF ${each.number}         ${each.url}   (process ${each.child.pid})`),
    `  PostgreSQL    ${database}`,
    `  Pearsana      ${pearsana}   (a stand-in, on this machine)`,
    `  access key    ${accessKey}`,
    '',
    'Next:',
    `  1. In VS Code’s settings, set pearsana.backendUrl to ${url}`,
    '  2. Open the Pearsana view, choose Sign In and paste the access key.',
    `  3. Send something to ${environment}, and look at it in Activity. Whichever BFF you ask, the answer is the same.`,
    `  4. End one of them (kill ${running[0]?.child.pid}), and go on: nobody notices.`,
    '',
    'Or from a terminal:',
    `  curl -H 'Authorization: Bearer ${accessKey}' ${url}/api/environments/${environment}/ping`,
    '',
    'Press Ctrl-C to stop. Nothing of it is kept.',
    '',
  ].join('\n')}\n`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
