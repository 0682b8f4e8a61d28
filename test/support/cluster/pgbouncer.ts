import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../../scripts/free-port.ts';

/** Whether this machine has pgbouncer, which comes from its system's packages and not from npm. Says so if it has none. */
export function hasPgbouncer(): boolean {
  const { status } = spawnSync('pgbouncer', ['--version']);
  if (status !== 0)
    process.stdout.write('There is no pgbouncer on this machine: every BFF reaches PostgreSQL directly.\n');
  return status === 0;
}

/** It refuses to run as root, as PostgreSQL does. */
const nobody = 65_534;

/** Runs pgbouncer with `deploy/pgbouncer.ini` in front of a PostgreSQL on loopback. */
export async function startPgbouncer(
  postgresPort: number,
): Promise<AsyncDisposable & { url(database: string): string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const port = await freePort();
  const deployed = await readFile(new URL('../../../deploy/pgbouncer.ini', import.meta.url), 'utf8');
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    deployed
      .replace('host=postgres port=5432', `host=127.0.0.1 port=${postgresPort} user=bff`)
      .replace('listen_addr = 0.0.0.0', 'listen_addr = 127.0.0.1')
      .replace('listen_port = 6432', `listen_port = ${port}`)
      .replace('auth_type = scram-sha-256', 'auth_type = any')
      .replace(/^auth_file.*$/m, 'unix_socket_dir ='),
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(folder, nobody, nobody);
  const child = spawn('pgbouncer', ['pgbouncer.ini'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && { uid: nobody, gid: nobody }),
  });
  const closed = once(child, 'close');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const url = (database: string) => `postgres://bff@127.0.0.1:${port}/${database}`;
  const stop = async () => {
    child.kill('SIGINT');
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(url('pearsana_bff'))); tries += 1) {
    if (child.exitCode !== null || tries > 200) {
      await stop();
      throw new Error(`pgbouncer did not start: ${said}`);
    }
    await delay(25);
  }
  return { url, [Symbol.asyncDispose]: stop };
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  // One that ends between two answers tells nobody else.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
