import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Certificate } from './https.ts';

/** Whether this machine has nginx, which comes from its system's packages and not from npm. Says so if it has none. */
export function hasNginx(): boolean {
  const { status } = spawnSync('nginx', ['-v']);
  if (status !== 0) process.stdout.write('There is no nginx on this machine: nothing is tested behind it.\n');
  return status === 0;
}

/**
 * Runs nginx with `deploy/nginx.conf`, between `https://localhost:<port>` and a BFF.
 *
 * @param options.change changes the configuration, as an operator who forgets a line
 */
export async function startNginx(options: {
  certificate: Certificate;
  port: number;
  bffPort: number;
  /** Of the second instance; nobody listens there unless given. */
  otherPort?: number;
  change?: (configuration: string) => string;
}): Promise<AsyncDisposable> {
  const { certificate, port, bffPort, otherPort = 1, change = (text) => text } = options;
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const at = (name: string) => join(folder, name);
  await writeFile(at('bff.key'), certificate.key);
  const deployed = await readFile(new URL('../../../deploy/nginx.conf', import.meta.url), 'utf8');
  await writeFile(
    at('site.conf'),
    change(deployed)
      .replace('server bff:8787', `server 127.0.0.1:${bffPort}`)
      .replace('server bff:8788', `server 127.0.0.1:${otherPort}`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('/etc/nginx/tls/bff.crt', certificate.file)
      .replace('/etc/nginx/tls/bff.key', at('bff.key'))
      // Deployed, it listens at TLS's own port, which no Host header names.
      .replace('Host $host;', 'Host $host:$server_port;'),
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    at('nginx.conf'),
    `daemon off;
master_process off;
pid ${at('nginx.pid')};
error_log stderr error;
events {}
http {
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${at(kind)};`).join(' ')}
  include ${at('site.conf')};
}
`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', at('nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(nginx, 'close');
  let complaint = '';
  nginx.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const stop = async () => {
    nginx.kill('SIGTERM');
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (nginx.exitCode !== null || tries > 200) {
      await stop();
      throw new Error(`nginx did not start: ${complaint}`);
    }
    await delay(25);
  }
  return { [Symbol.asyncDispose]: stop };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
