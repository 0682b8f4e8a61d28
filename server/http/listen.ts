import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Express, Response } from 'express';
import { BffError } from '../bff-error.ts';
import { requestIdOf } from './middleware/request-context.ts';
import { failureBodyOf } from './middleware/respond-to-error.ts';
import { limitConnections, type OpenConnections } from './open-connections.ts';
import { type PipelineLimits, servePipelines } from './pipelines.ts';
import { sendJson } from './send-json.ts';
import { type DiscardLimits, discardUnreadBodies, limitWhatComes } from './unread-bodies.ts';

type Listening = {
  port: number;
  /** Stops listening at once, waits at most this long for requests in progress, and resolves when all connections are closed. */
  close(longestMs: number): Promise<void>;
};

/** How long a connection may be idle before it is closed: it may still bring a request that was on its way. */
const idleGraceMs = 500;
/** Turns of the event loop. Each turn hands over one connection, and the system queues this many. */
const mostTurns = 512;

/** Limits that a test may shorten. */
type ListenLimits = { mostConnections?: number; discard?: DiscardLimits; pipelines?: PipelineLimits };

/** Serves the app. Rejects with the system's error if the address is in use or does not belong to this machine. */
export async function listen(
  app: Express,
  { host, port }: { host: string; port: number },
  limits: ListenLimits = {},
): Promise<Listening> {
  const server = createServer({
    ...classesOf(app),
    headersTimeout: 10_000,
    // The largest batch, at 1 Mbit/s.
    requestTimeout: 300_000,
    // How often Node looks for requests that are too slow.
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 15_000,
    // The app itself refuses a request without a Host, with our error envelope.
    requireHostHeader: false,
    // A request without a body gets no stream that would have to end: a twentieth of what a ping costs.
    optimizeEmptyRequests: true,
  });
  const connections = limitConnections(server, limits.mostConnections);
  discardUnreadBodies(server, limits.discard);
  servePipelines(server, app, limits.pipelines);
  const refuse = (error: Error, stream: Duplex) => {
    const socket = stream as Socket;
    answerClientError(error, socket, connections.underWay(socket));
  };
  server.on('clientError', refuse);
  // By default, Node answers these two itself, without our error envelope.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket) => refuse(new Error('a tunnel'), socket));
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

/**
 * Express gives each request and answer its own prototype. Objects that have it from the beginning keep their shape, which
 * V8 would otherwise change in the middle of every request.
 */
function classesOf(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request);
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

async function closeGently(server: Server, connections: OpenConnections, longestMs: number): Promise<void> {
  const { underWay, idle } = connections;
  // From now on, answers tell callers to send the next request elsewhere: over a new connection. While the BFF still
  // listens, that could come back to it, so those that have just come are not told.
  const newcomers = new WeakSet<Socket>();
  server.on('connection', (socket) => newcomers.add(socket));
  for (const response of underWay()) if (!response.headersSent) response.setHeader('Connection', 'close');
  server.prependListener('request', ({ socket }, response) => {
    if (!server.listening || !newcomers.has(socket)) response.setHeader('Connection', 'close');
  });
  await takeInQueued(server);
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own `close` also cuts idle connections, and with them requests that are on the wire. The method
    // of its base class only stops listening.
    net.Server.prototype.close.call(server, () => resolve());
  });
  const refuseSilent = watchForSilence(underWay);
  const unused = watchForUse(idle);
  const grace = setInterval(async () => {
    // On a busy machine, much may have arrived since this process last read: that comes first.
    await nextTurn();
    for (const socket of unused()) socket.destroy();
    refuseSilent();
  }, idleGraceMs);
  const limit = setTimeout(() => server.closeAllConnections(), longestMs);
  await closed;
  clearInterval(grace);
  clearTimeout(limit);
  // Stops the timer with which the HTTP server looks for slow connections.
  server.close();
}

/**
 * Gives the idle connections that have brought nothing since the last look. They are more than those that Node calls idle: a
 * connection with half a header has no request either.
 */
function watchForUse(idle: () => Socket[]): () => Socket[] {
  const look = () => new Map(idle().map((socket) => [socket, socket.bytesRead]));
  let last = look();
  return () => {
    const now = look();
    const unused = [...now.keys()].filter((socket) => last.get(socket) === now.get(socket));
    last = now;
    return unused;
  };
}

/** Refuses uploads that have sent nothing since the last check. Nothing from them has been sent on. */
function watchForSilence(underWay: OpenConnections['underWay']): () => void {
  const bytesAtLastLook = new WeakMap<ServerResponse, number>();
  return () => {
    for (const response of underWay()) {
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
  // The code that reads the body then fails.
  response.once('close', () => response.req.destroy());
  sendJson(response, failure.status, failureBodyOf(failure, context.requestId, context));
}

/**
 * Accepts the connections that are still in the system's queue: their callers are already connected, and closing the
 * listening socket would cut them. Ends after two turns in a row without a new connection.
 */
async function takeInQueued(server: Server): Promise<void> {
  let quiet = 0;
  const note = () => {
    quiet = 0;
  };
  server.on('connection', note);
  for (let turn = 0; quiet < 2 && turn < mostTurns; turn += 1) {
    quiet += 1;
    await nextTurn();
  }
  server.off('connection', note);
}

/**
 * Requests that Node's parser refuses never reach the app, so they are answered here, with the same envelope. If earlier
 * requests of the connection still wait for their answers, this one gets none: it would be taken for theirs, and a write
 * that was sent would look refused.
 */
function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  underWay: readonly ServerResponse[],
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy();
    return;
  }
  // It has been answered already, and the rest was still on its way.
  if (!socket.writable) return;
  const owed = underWay.filter(({ req: request, headersSent }) => request.complete || headersSent).at(-1);
  if (owed) {
    endAfter(owed, socket);
    return;
  }
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
  readToEnd(socket);
}

const ending = new WeakSet<Socket>();

/** Closes a connection after an answer. Whatever else comes meanwhile is ignored. */
function endAfter(answer: ServerResponse, socket: Socket): void {
  if (ending.has(socket)) return;
  ending.add(socket);
  // Node calls this after the last answer of a connection.
  socket.destroySoon = () => {
    socket.end();
    readToEnd(socket);
  };
  if (!answer.headersSent) answer.setHeader('Connection', 'close');
  answer.once('close', () => socket.destroySoon());
}

/** Closing at once would reset the connection, and the answer would be lost. */
function readToEnd(socket: Socket): void {
  limitWhatComes(socket);
  socket.once('end', () => socket.destroy());
  socket.resume();
}
