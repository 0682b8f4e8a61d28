import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that was passed on, and its answer. */
export type Exchange = { path: string; headers: IncomingHttpHeaders; answer: string };

/** Passes every request on to a server, and records each request and its answer. */
export type RecordingProxy = { url: string; exchanges: Exchange[] } & AsyncDisposable;

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    const { method, url: path = '', headers } = request;
    const exchange: Exchange = { path, headers, answer: '' };
    exchanges.push(exchange);
    const forwarded = sendRequest(target + path, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk: Buffer) => {
        exchange.answer += chunk.toString('latin1');
      });
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
