import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A small load balancer: it gives calls to instances in turn, and asks each how it is. */
export type Balancer = AsyncDisposable & {
  url: string;
  /** Gives calls to this instance too, as soon as it says that it is ready. */
  add(url: string): void;
  /** Gives it no further calls. */
  remove(url: string): void;
};

const askEveryMs = 100;
const longestProbeMs = 1_000;

export async function startBalancer(port = 0, longestMs = 30_000): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const instances = new Map<string, { isReady: boolean }>();
  let turn = 0;
  let isStopped = false;

  const isReady = async (url: string) => {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(longestProbeMs) });
      return answer.ok;
    } catch {
      return false;
    }
  };

  async function probe(): Promise<void> {
    while (!isStopped) {
      await Promise.all(
        [...instances].map(async ([url, instance]) => {
          instance.isReady = await isReady(url);
        }),
      );
      await delay(askEveryMs, undefined, { ref: false });
    }
  }
  void probe();

  /** Those to ask, one after the other: only where no connection came about is the next one asked. */
  function inTurn(): string[] {
    const ready = [...instances].filter(([, each]) => each.isReady).map(([url]) => url);
    turn += 1;
    return ready.map((_, index) => ready[(turn + index) % ready.length] ?? '');
  }

  function pass(incoming: IncomingMessage, body: Buffer, answer: ServerResponse, to: string[]): void {
    const [url, ...others] = to;
    if (url === undefined) {
      answer.writeHead(502, { 'x-from': 'balancer' }).end();
      return;
    }
    const { method, headers, url: path = '/' } = incoming;
    let isConnected = false;
    const outgoing = request(url + path, { method, headers, agent, timeout: longestMs });
    outgoing.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (isConnected = true));
      else isConnected = true;
    });
    outgoing.once('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.once('error', () => answer.destroy());
    });
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('error', () => {
      if (answer.headersSent) answer.destroy();
      else if (!isConnected || (method === 'GET' && others.length > 0)) pass(incoming, body, answer, others);
      else answer.writeHead(502, { 'x-from': 'balancer' }).end();
    });
    outgoing.end(body);
  }

  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    pass(incoming, Buffer.concat(chunks), answer, inTurn());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (url) => void instances.set(url, { isReady: false }),
    remove: (url) => void instances.delete(url),
    async [Symbol.asyncDispose]() {
      isStopped = true;
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
