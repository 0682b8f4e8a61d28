import { createServer, type Server, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Express, Response } from 'express';
import { BffError } from '../bff-error.ts';
import { requestIdOf } from './middleware/request-context.ts';
import { failureBodyOf } from './middleware/respond-to-error.ts';
import { limitConnections, type OpenConnections } from './open-connections.ts';
import { sendJson } from './send-json.ts';
import { type DiscardLimits, discardUnreadBodies, limitWhatComes } from './unread-bodies.ts';

export type Listening = {
  port: number;
  /** Stops listening at once, lets what is under way finish, for so long at most, and ends when every connection is closed. */
  close(longestMs: number): Promise<void>;
};

/** How long a kept connection may still bring a request that was on its way when we were told to end. */
const idleGraceMs = 500;
/** Turns of the event loop, each of which hands over one connection: as many as the system keeps in its queue. */
const mostTurns = 512;

/** What a test may set smaller. */
export type ListenLimits = { mostConnections?: number; discard?: DiscardLimits };

/** Serves the app. An address that is taken or not ours rejects with the system's error. */
export async function listen(
  app: Express,
  { host, port }: { host: string; port: number },
  limits: ListenLimits = {},
): Promise<Listening> {
  const server = createServer({
    headersTimeout: 10_000,
    // The largest batch, at 1 Mbit/s.
    requestTimeout: 300_000,
    // How often Node looks for requests that are too slow.
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 15_000,
    // The app refuses a request without a Host itself, in the envelope.
    requireHostHeader: false,
  });
  const connections = limitConnections(server, limits.mostConnections);
  discardUnreadBodies(server, limits.discard);
  server.on('request', app);
  server.on('clientError', answerClientError);
  // Left alone, Node answers these two by itself, without the envelope.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => answerClientError(new Error('a tunnel'), socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (longestMs) => closeGently(server, connections, longestMs),
  };
}

async function closeGently(server: Server, connections: OpenConnections, longestMs: number): Promise<void> {
  const { underWay, idle } = connections;
  // An answer given from now on tells its caller to bring the next request elsewhere.
  for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  await takeInQueued(server);
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own `close` also cuts idle connections, and with them a request that is on the wire: the
    // method below it only stops listening.
    net.Server.prototype.close.call(server, () => resolve());
  });
  const refuseSilent = watchForSilence(underWay);
  const grace = setInterval(() => {
    // More than those that Node calls idle: half a header is no request either.
    for (const socket of idle()) socket.destroy();
    refuseSilent();
  }, idleGraceMs);
  const limit = setTimeout(() => server.closeAllConnections(), longestMs);
  await closed;
  clearInterval(grace);
  clearTimeout(limit);
  // Stops the timer by which the HTTP server looks for connections that are too slow.
  server.close();
}

/** Looks for uploads of which nothing has come since the last look, and refuses them: nothing of them was sent on. */
function watchForSilence(underWay: ReadonlySet<ServerResponse>): () => void {
  const bytesAtLastLook = new WeakMap<ServerResponse, number>();
  return () => {
    for (const response of underWay) {
      const { req: request } = response;
      if (request.complete || response.headersSent) continue;
      const { bytesRead } = request.socket;
      if (bytesAtLastLook.get(response) === bytesRead) refuseUpload(response as Response);
      bytesAtLastLook.set(response, bytesRead);
    }
  };
}

function refuseUpload(response: Response): void {
  const { context } = response.locals;
  const failure = BffError.of(
    'SHUTTING_DOWN',
    'The BFF is stopping, and the rest of the request did not arrive. Try again in a moment.',
  );
  Object.assign(context, { code: failure.code, outcome: failure.outcome });
  // Whoever reads the body learns that there is no more.
  response.once('close', () => response.req.destroy());
  sendJson(response, failure.status, failureBodyOf(failure, context.requestId, context));
}

/**
 * Takes in the connections that the system has accepted and not yet handed over: to their callers they stand, and they
 * would be cut together with the listening socket. Ends when two turns in a row have brought neither a connection nor a
 * request: in such a short one, hardly another can have come.
 */
async function takeInQueued(server: Server): Promise<void> {
  let quiet = 0;
  const note = () => {
    quiet = 0;
  };
  server.on('connection', note).on('request', note);
  for (let turn = 0; quiet < 2 && turn < mostTurns; turn += 1) {
    quiet += 1;
    await nextTurn();
  }
  server.off('connection', note).off('request', note);
}

/** What Node's parser refuses never reaches the app, so it is answered here, in the same envelope. */
function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy();
    return;
  }
  // It has been answered, and what comes now is what was on its way.
  if (!socket.writable) return;
  const requestId = requestIdOf(undefined);
  const failure =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? BffError.of('HEADERS_TOO_LARGE', 'The URL and headers together are larger than 16 KB.')
      : BffError.of(
          'VALIDATION_ERROR',
          error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
            ? 'The request did not arrive in time.'
            : 'The request is not valid HTTP.',
        );
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
  // Closed at once, the connection would be reset, and the answer lost with it.
  limitWhatComes(socket);
  socket.once('end', () => socket.destroy());
  socket.resume();
}
