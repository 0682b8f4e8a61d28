import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** A small load balancer: each request goes to the next instance. */
type RoundRobin = AsyncDisposable & { url: string };

/** Of one connection, and not of the request. */
const ofConnection = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect'];

/**
 * A request goes to another instance only if its own instance took no connection, or if it is a read: a write is never sent
 * twice.
 *
 * @param options.targets the URLs of the instances, asked for each request
 */
export async function startRoundRobin(options: {
  port: number;
  targets: () => readonly string[];
}): Promise<RoundRobin> {
  const { port, targets } = options;
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  function forward(request: IncomingMessage, response: ServerResponse, left: readonly string[]): void {
    const [target, ...others] = left;
    if (target === undefined) {
      response.writeHead(502, { 'content-type': 'text/plain' }).end('No BFF behind this proxy answers.\n');
      return;
    }
    const { method, url: path, headers, socket } = request;
    const passed = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !ofConnection.includes(name)),
    );
    const { hostname, port: itsPort } = new URL(target);
    const sent = send({
      ...{ agent, method, path, hostname, port: itsPort, setHost: false },
      headers: { ...passed, 'x-forwarded-for': socket.remoteAddress ?? '', 'x-forwarded-proto': 'http' },
    });
    let isConnected = false;
    // Nothing of the body is read before somebody takes it.
    const pass = () => {
      isConnected = true;
      request.pipe(sent);
    };
    sent.once('socket', (to) => (to.connecting ? to.once('connect', pass) : pass()));
    sent.once('response', (answer) => {
      const back = Object.entries(answer.headers).filter(([name]) => !ofConnection.includes(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(back));
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    sent.once('error', () => {
      if (response.headersSent) response.destroy();
      else if (!isConnected || method === 'GET') forward(request, response, others);
      else
        response.writeHead(502, { 'content-type': 'text/plain' }).end('The BFF ended before it answered.\n');
    });
    response.once('close', () => {
      if (!response.writableFinished) sent.destroy();
    });
  }

  const server = createServer((request, response) => {
    const all = targets();
    turn += 1;
    forward(
      request,
      response,
      all.map((_, index) => all[(turn + index) % all.length] ?? ''),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}
