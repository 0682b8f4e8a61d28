import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { injectedAuthorization } from './peer-environment.ts';

/** Whether this machine has nginx, which comes from its system's packages and not from npm. */
export const nginxIsThere = spawnSync('nginx', ['-v']).status === 0;

/** Writes what nginx needs into `folder` and gives the arguments that run it there: one process, one core, no log. */
export function nginxArguments(folder: string, port: number, apiUrl: string): string[] {
  const file = join(folder, `nginx-${port}.conf`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/nginx-${kind};`)
    .join('\n  ');
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary}
  keepalive_requests 10000000;
  upstream partner {
    server ${new URL(apiUrl).host};
    keepalive 64;
    keepalive_requests 10000000;
  }
  server {
    listen 127.0.0.1:${port};
    location = /ping {
      proxy_pass http://partner;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "${injectedAuthorization}";
    }
  }
}
`,
  );
  return ['-p', folder, '-e', 'stderr', '-c', file];
}
