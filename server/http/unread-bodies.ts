import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long and how much to read of a body that is no longer needed. */
export type DiscardLimits = { mostMs: number; silentMs: number; mostBytes: number };

/** The times are those of nginx for the same purpose (`lingering_time`, `lingering_timeout`). */
const usualLimits: DiscardLimits = { mostMs: 30_000, silentMs: 5_000, mostBytes: 64 * 1024 * 1024 };
const lookEveryMs = 100;

/**
 * Keeps reading after an answer that was sent before the whole request had arrived, for example to a wrong key. If the
 * connection were closed while bytes still arrive, the system would reset it, and the reset may overtake the answer: the
 * caller would see a failed connection, and a proxy like nginx would take the BFF for dead.
 */
export function discardUnreadBodies(server: Server, limits = usualLimits): void {
  const latest = new WeakMap<Duplex, IncomingMessage>();
  server.on('connection', (socket) => {
    const destroySoon = socket.destroySoon.bind(socket);
    // Node calls it after the last answer of a connection.
    socket.destroySoon = () => {
      const request = latest.get(socket);
      if (!request || request.complete) {
        destroySoon();
        return;
      }
      // The caller learns that the answer is complete, and need not send the rest.
      socket.end();
      readOn(request, limits, destroySoon);
    };
  });
  server.on('request', (request, response) => {
    latest.set(request.socket, request);
    response.on('finish', () => {
      if (!request.complete && !request.socket.writableEnded) readOn(request, limits);
    });
  });
}

function readOn(request: IncomingMessage, limits: DiscardLimits, onEnd?: () => void): void {
  const stop = limitWhatComes(request.socket, limits);
  request.once('end', () => {
    stop();
    onEnd?.();
  });
  request.resume();
}

/**
 * Cuts a connection with an unneeded body once it has brought too much or lasted too long.
 * @returns a function that ends the watch.
 */
export function limitWhatComes(
  socket: Duplex & { bytesRead?: number },
  { mostMs, silentMs, mostBytes } = usualLimits,
): () => void {
  const begun = performance.now();
  const before = socket.bytesRead ?? 0;
  let last = { bytes: before, at: begun };
  const watch = setInterval(() => {
    const now = performance.now();
    const bytes = socket.bytesRead ?? 0;
    if (bytes !== last.bytes) last = { bytes, at: now };
    if (now - begun > mostMs || now - last.at > silentMs || bytes - before > mostBytes) socket.destroy();
  }, lookEveryMs);
  const stop = () => {
    clearInterval(watch);
    socket.off('close', stop);
  };
  socket.once('close', stop);
  return stop;
}
