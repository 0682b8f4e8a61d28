import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Limits of one connection that a test may shorten. */
export type PipelineLimits = {
  /** How many requests may wait for their answers at once. */
  most: number;
  /** How long the caller may take nothing of an answer. */
  unreadMs: number;
};

/** Nobody who is honest sends requests in advance: browsers, proxies and Node's `fetch` wait for each answer. */
const usualLimits: PipelineLimits = { most: 8, unreadMs: 30_000 };

/**
 * Hands the requests of each connection to the app. Node's parser hands over all the requests in a piece of 64 KB at once:
 * thousands would be one turn of the event loop, and their answers would be in memory together. So only the first few
 * are answered, and then the connection closes, which tells the caller to send the others again (RFC 9112, 9.3.2). A
 * caller who does not read an answer loses the connection too: otherwise it would keep its place for ever.
 */
export function servePipelines(server: Server, app: RequestListener, limits = usualLimits): void {
  const waiting = new WeakMap<Socket, number>();

  server.on('request', function serve(request: IncomingMessage, response: ServerResponse) {
    const { socket } = request;
    const before = waiting.get(socket) ?? 0;
    if (before >= limits.most) {
      socket.pause();
      return;
    }
    waiting.set(socket, before + 1);
    if (before + 1 === limits.most) response.setHeader('Connection', 'close');
    // The whole answer is on its way. While any of it leaves, Node starts this timer again. The system has taken most
    // answers by now.
    response.on('prefinish', () => {
      if (socket.writableLength > 0) socket.setTimeout(limits.unreadMs);
    });
    response.on('close', () => {
      const left = (waiting.get(socket) ?? 1) - 1;
      waiting.set(socket, left);
      // The next answer may take its time: the caller isn't the one who keeps it waiting.
      if (left > 0) socket.setTimeout(0);
    });
    app(request, response);
  });
}
