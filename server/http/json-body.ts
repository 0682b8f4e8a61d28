import { setImmediate } from 'node:timers/promises';
import type { Request } from 'express';
import { byteWords } from '../../shared/byte-words.ts';
import { slowestBytesPerMs } from '../../shared/documents.ts';
import { BffError } from '../bff-error.ts';
import type { HeldBytes } from './bytes-in-flight.ts';

/** RFC 8259, 8.1: JSON between systems is UTF-8; another charset is somebody's mistake. */
const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/** Above it, reading, checking and writing JSON takes longer than anybody else should wait. */
const largeBytes = 1024 * 1024;

/** What a sender must keep up with after its first seconds, 1 Mbit/s: who announces a body and sends none holds its place. */
const usualPace: Pace = { graceMs: 10_000, bytesPerMs: slowestBytesPerMs, lookEveryMs: 1_000 };
export type Pace = { graceMs: number; bytesPerMs: number; lookEveryMs: number };

let lastTurn = Promise.resolve();

/** Large bodies that have arrived at once take turns, so that other calls go on between two of them. */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

/**
 * Reads a JSON body of at most `cap` bytes; a larger one is refused while it arrives. Express's own parser would first
 * read such a body to its end, however long that takes, and only then say so.
 */
export function jsonBody(
  cap: number,
  { pace = usualPace, largest }: { pace?: Pace /** What that means, in words. */; largest?: string } = {},
): (request: Request, held?: HeldBytes) => Promise<unknown> {
  return async function readJson(request, held) {
    const { headers } = request;
    if (!jsonType.test(headers['content-type'] ?? '')) {
      throw BffError.of(
        'UNSUPPORTED_MEDIA_TYPE',
        'Send the body as JSON, with the header Content-Type: application/json.',
      );
    }
    if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
      throw BffError.of('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.');
    }
    const length = Number(headers['content-length'] ?? Number.NaN);
    if (length > cap) throw tooLarge(cap, largest);
    const bytes = await (length >= 0
      ? readLength(request, length, { held, pace })
      : readBytes(request, cap, { held, pace, largest }));
    if (bytes.byteLength > largeBytes) await ownTurn();
    // The contract says of nothing that it is required.
    return bytes.byteLength === 0 ? undefined : parse(bytes);
  };
}

type Reading = { held?: HeldBytes | undefined; pace?: Pace; largest?: string | undefined };

/** A body that says how long it is has its place from the beginning, and is copied there once. */
async function readLength(request: Request, length: number, { held, pace }: Reading): Promise<Buffer> {
  held?.add(length);
  const bytes = Buffer.allocUnsafe(length);
  let size = 0;
  await readEach(
    request,
    (chunk) => {
      size += chunk.copy(bytes, size);
    },
    pace,
  );
  // Whatever may have been left out was never written to.
  return bytes.subarray(0, size);
}

/** Reads a body of any kind, of at most `cap` bytes. */
export async function readBytes(
  request: Request,
  cap: number,
  { held, pace, largest }: Reading = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  await readEach(
    request,
    (chunk) => {
      size += chunk.byteLength;
      if (size > cap) throw tooLarge(cap, largest);
      held?.add(chunk.byteLength);
      chunks.push(chunk);
    },
    pace,
  );
  return Buffer.concat(chunks);
}

/** By events: leaving a loop over the request would destroy the connection, and the answer with it. */
async function readEach(
  request: Request,
  take: (chunk: Buffer) => void,
  { graceMs, bytesPerMs, lookEveryMs }: Pace = usualPace,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const begun = performance.now();
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.byteLength;
    try {
      take(chunk);
    } catch (error) {
      reject(error);
    }
  };
  const onBroken = () => reject(BffError.of('VALIDATION_ERROR', 'The body ended too early.'));
  const watch = setInterval(() => {
    if (size < (performance.now() - begun - graceMs) * bytesPerMs) reject(tooSlow());
  }, lookEveryMs);
  request.on('data', onData).on('end', resolve).on('error', onBroken).on('close', onBroken);
  // It may have broken off while others were asked.
  if (request.destroyed) onBroken();
  try {
    await promise;
  } finally {
    clearInterval(watch);
    request.off('data', onData).off('end', resolve).off('error', onBroken).off('close', onBroken);
    request.pause();
  }
}

/** The parsers' own messages quote the body. */
function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    // Not `toString`, which would put replacement characters into somebody's name.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw BffError.of('VALIDATION_ERROR', 'The body is not UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw BffError.of('VALIDATION_ERROR', 'The body is not JSON.');
  }
}

function tooLarge(cap: number, largest?: string): BffError {
  const most = largest ? `: ${largest}` : ', the most that is read here.';
  return BffError.of(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${byteWords(cap, 'exact')}${most}`,
    // What is still on its way is of no use (`unread-bodies.ts`).
    { headers: { Connection: 'close' } },
  );
}

function tooSlow(): BffError {
  return BffError.of(
    'VALIDATION_ERROR',
    'The body arrived too slowly: after the first ten seconds, the BFF expects at least 1 Mbit/s.',
    // What is still on its way is of no use (`unread-bodies.ts`).
    { headers: { Connection: 'close' } },
  );
}
