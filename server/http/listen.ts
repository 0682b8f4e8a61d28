import { createServer, type Server, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { BffError } from '../bff-error.ts';
import { requestIdOf } from './request-context.ts';
import { failureBodyOf } from './respond-to-error.ts';

export type Listening = {
  port: number;
  /** Stops listening at once, lets what is under way finish, and ends when every connection is closed. */
  close(): Promise<void>;
};

/** How long a kept connection may still bring a request that was on its way when we were told to end. */
const idleGraceMs = 500;
const longestFinishMs = 20_000;

/** Serves the app. An address that is taken or not ours rejects with the system's error. */
export async function listen(
  app: Express,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      // The largest batch, at 1 Mbit/s.
      requestTimeout: 300_000,
      keepAliveTimeout: 15_000,
      // The app refuses a request without a Host itself, in the envelope.
      requireHostHeader: false,
    },
    app,
  );
  const underWay = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  server.on('clientError', answerClientError);
  // Left alone, Node answers these two by itself, without the envelope.
  server.on('checkExpectation', app);
  server.on('connect', (_request, socket) => answerClientError(new Error('a tunnel'), socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeGently(server, underWay) };
}

async function closeGently(server: Server, underWay: ReadonlySet<ServerResponse>): Promise<void> {
  // An answer given from now on tells its caller to bring the next request elsewhere.
  for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own `close` also cuts idle connections, and with them a request that is on the wire: the
    // method below it only stops listening.
    net.Server.prototype.close.call(server, () => resolve());
  });
  const grace = setInterval(() => server.closeIdleConnections(), idleGraceMs);
  const limit = setTimeout(() => server.closeAllConnections(), longestFinishMs);
  await closed;
  clearInterval(grace);
  clearTimeout(limit);
  // Stops the timer by which the HTTP server looks for connections that are too slow.
  server.close();
}

/** What Node's parser refuses never reaches the app, so it is answered here, in the same envelope. */
function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const failure =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? BffError.of('HEADERS_TOO_LARGE', 'The URL and headers together are larger than 16 KiB.')
      : BffError.of('VALIDATION_ERROR', 'The request is not valid HTTP.');
  const body = JSON.stringify(failureBodyOf(failure, requestId));
  const reason = failure.status === 431 ? 'Request Header Fields Too Large' : 'Bad Request';
  socket.end(
    [
      `HTTP/1.1 ${failure.status} ${reason}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'X-Content-Type-Options: nosniff',
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
