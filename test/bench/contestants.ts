import { join, resolve } from 'node:path';
import { accessKey } from './access-key.ts';
import { nginxArguments, nginxIsThere } from './peers/nginx.ts';
import type { Upstream } from './upstream.ts';

/** A server that answers a ping by asking the upstream, with a token. */
export type Contestant = {
  name: string;
  /** The path of a ping at the contestant. */
  path: string;
  /** Nothing where this machine lacks the program. */
  command?: (where: { folder: string; port: number; upstream: Upstream }) => Command;
  /** Its pings are measured; of the others only start and memory. */
  pings: boolean;
  /** Its start and its memory are shown. */
  memory: boolean;
  /** A path that makes it use its journal, if it has one. */
  journalPath?: string;
};

export type Command = { file: string; args: string[]; variables?: Record<string, string> };

const root = join(import.meta.dirname, '../..');

export const theBff: Contestant = {
  ...bff('BFF', 'dist/server.js'),
  pings: true,
};

/** The server that one would write from Pearsana's documentation. */
export const sampleCode: Contestant = {
  ...peer('Express, `fetch` and Pearsana’s sample code', 'express-and-snippet.ts'),
  memory: true,
};

const bareExpressProxy = peer('`http-proxy-middleware` on Express, bare', 'http-proxy-middleware.ts');
const bareFastifyProxy = peer('`@fastify/reply-from`, bare', 'reply-from.ts');

/** Beside these, another version of the BFF is compared with this one. */
export const yardsticks: readonly Contestant[] = [bareExpressProxy, bareFastifyProxy];

/** In the order in which they run, in every round. */
export const contestants: Contestant[] = [
  theBff,
  { ...bff('BFF, from source', 'server/main.ts'), pings: false },
  sampleCode,
  bareExpressProxy,
  bareFastifyProxy,
  peer('`http-proxy-middleware`, with four duties', 'http-proxy-middleware.ts', ['dutiful']),
  peer('`@fastify/reply-from`, with four duties', 'reply-from.ts', ['dutiful']),
  peer('Express and undici, bare', 'floor.ts'),
  {
    name: 'nginx, bare, one worker',
    path: '/ping',
    pings: true,
    memory: false,
    ...(nginxIsThere && {
      command: ({ folder, port, upstream }) => ({
        file: 'nginx',
        args: nginxArguments(folder, port, upstream.apiUrl),
      }),
    }),
  },
];

/** @param program relative to the repository, or anywhere else. */
export function bff(
  name: string,
  program: string,
  more: Readonly<Record<string, string>> = {},
): Omit<Contestant, 'pings'> {
  return {
    name,
    path: '/api/environments/sandbox/ping',
    journalPath: '/api/environments/sandbox/activity',
    memory: true,
    command: ({ folder, port, upstream }) => ({
      file: process.execPath,
      // As the files in deploy/ start it.
      args: ['--max-semi-space-size=8', resolve(root, program)],
      variables: {
        PORT: String(port),
        BFF_DATA_DIR: folder,
        BFF_ACCESS_KEY: accessKey,
        RATE_LIMIT_PER_MINUTE: '1000000',
        PEARSANA_SANDBOX_CLIENT_ID: 'a-client',
        PEARSANA_SANDBOX_CLIENT_SECRET: 'a-client-secret-for-benchmarks',
        PEARSANA_SANDBOX_AUTH_URL: upstream.authUrl,
        PEARSANA_SANDBOX_API_URL: upstream.apiUrl,
        ...more,
      },
    }),
  };
}

function peer(name: string, program: string, words: readonly string[] = []): Contestant {
  return {
    name,
    path: '/ping',
    pings: true,
    memory: false,
    command: ({ port, upstream }) => ({
      file: process.execPath,
      args: [join(import.meta.dirname, 'peers', program), ...words],
      variables: { PORT: String(port), AUTH_URL: upstream.authUrl, API_URL: upstream.apiUrl },
    }),
  };
}
