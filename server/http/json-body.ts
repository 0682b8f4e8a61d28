import type { Request } from 'express';
import { byteWords } from '../../shared/byte-words.ts';
import { slowestBytesPerMs } from '../../shared/documents.ts';
import { BffError } from '../bff-error.ts';
import { parseExactly } from '../json/exact-numbers.ts';
import { createJsonScan, JsonTooComplex } from '../json/json-scan.ts';
import type { HeldBytes } from './bytes-in-flight.ts';
import { type Turns, takeTurns } from './turns.ts';

/** RFC 8259, 8.1: JSON between systems is UTF-8. Another charset is a mistake. */
const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/** A sender must keep up 1 Mbit/s, with seconds of grace: a body that is announced but not sent would hold its place. */
const usualPace: Pace = { graceMs: 10_000, bytesPerMs: slowestBytesPerMs, lookEveryMs: 1_000 };
export type Pace = { graceMs: number; bytesPerMs: number; lookEveryMs: number };

/** A JSON body that has arrived completely, and does not take too long to parse. */
type JsonBytes = {
  bytes: Buffer;
  /** Whether it contains a number that JavaScript would write differently. */
  inexact: boolean;
};
type ReadJsonBytes = (request: Request, held?: HeldBytes) => Promise<JsonBytes>;

type BodyOptions = {
  pace?: Pace;
  /** The meaning of the cap, in words. */
  largest?: string;
};

/**
 * Reads a JSON body of at most `cap` bytes. A body that is larger or too complex is refused while it arrives. Express's own
 * parser would first read it to the end, however long that takes.
 */
export function jsonBytes(cap: number, { pace = usualPace, largest }: BodyOptions = {}): ReadJsonBytes {
  return async function readJsonBytes(request, held) {
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
    const scan = createJsonScan();
    const reading = { held, pace, largest, look: scan.add };
    const bytes = await (length >= 0
      ? readLength(request, length, reading)
      : readBytes(request, cap, reading));
    return { bytes, inexact: scan.hasInexactNumber() };
  };
}

/** Reads such a body and parses it. */
export function jsonBody(cap: number, options?: BodyOptions) {
  const readJsonBytes = jsonBytes(cap, options);
  return async function readJson(request: Request, held?: HeldBytes): Promise<unknown> {
    const { bytes } = await readJsonBytes(request, held);
    using _turns = await takeTurns(bytes.byteLength);
    return parse(decode(bytes));
  };
}

/**
 * The value of a body for checking, and the value for sending on, which keeps each number exactly as it came. For most
 * bodies, both are the same.
 */
export async function parseJson(
  { bytes, inexact }: JsonBytes,
  turns: Turns,
): Promise<{ value: unknown; exact: unknown }> {
  const text = decode(bytes);
  await turns.next();
  const value = parse(text);
  if (!inexact) return { value, exact: value };
  await turns.next();
  return { value, exact: parseExactly(text) };
}

type Reading = {
  held?: HeldBytes | undefined;
  pace?: Pace;
  largest?: string | undefined;
  /** Is called with the bytes as they arrive, and may throw. */
  look?: (bytes: Buffer) => void;
};

/** A body with a known length gets its buffer at the beginning, and is copied once. */
async function readLength(request: Request, length: number, { held, pace, look }: Reading): Promise<Buffer> {
  held?.add(length);
  const bytes = Buffer.allocUnsafe(length);
  let size = 0;
  await readEach(
    request,
    (chunk) => {
      look?.(chunk);
      size += chunk.copy(bytes, size);
    },
    pace,
  );
  // A body shorter than announced leaves a tail that was never written.
  return bytes.subarray(0, size);
}

/** Reads a body of any type, of at most `cap` bytes. */
export async function readBytes(
  request: Request,
  cap: number,
  { held, pace, largest, look }: Reading = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  await readEach(
    request,
    (chunk) => {
      size += chunk.byteLength;
      if (size > cap) throw tooLarge(cap, largest);
      held?.add(chunk.byteLength);
      look?.(chunk);
      chunks.push(chunk);
    },
    pace,
  );
  return Buffer.concat(chunks);
}

/** Reads by events: leaving a `for await` loop early would destroy the connection, and the answer with it. */
async function readEach(
  request: Request,
  take: (chunk: Buffer) => void,
  { graceMs, bytesPerMs, lookEveryMs }: Pace = usualPace,
): Promise<void> {
  // There is no body, and so no event either (`optimizeEmptyRequests`).
  if (request.readableEnded) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // What came early buys no more than the grace: else a fast beginning could be followed by minutes of silence.
  const mostCredit = graceMs * bytesPerMs;
  let credit = mostCredit;
  let lookedAt = performance.now();
  const onData = (chunk: Buffer) => {
    credit = Math.min(mostCredit, credit + chunk.byteLength);
    try {
      take(chunk);
    } catch (error) {
      reject(error instanceof JsonTooComplex ? tooComplex(error) : error);
    }
  };
  const onBroken = () => reject(BffError.of('VALIDATION_ERROR', 'The body ended too early.'));
  const watch = setInterval(() => {
    const now = performance.now();
    credit -= (now - lookedAt) * bytesPerMs;
    lookedAt = now;
    if (credit < 0) reject(tooSlow());
  }, lookEveryMs);
  request.on('data', onData).on('end', resolve).on('error', onBroken).on('close', onBroken);
  // The request may have failed while this one waited.
  if (request.destroyed) onBroken();
  try {
    await promise;
  } finally {
    clearInterval(watch);
    request.off('data', onData).off('end', resolve).off('error', onBroken).off('close', onBroken);
    request.pause();
  }
}

function decode(bytes: Buffer): string {
  try {
    // Not `toString`, which would put replacement characters in somebody's name.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw BffError.of('VALIDATION_ERROR', 'The body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  // Nothing at all is `undefined`: the contract then says what is required.
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    throw BffError.of('VALIDATION_ERROR', 'The body is not JSON.');
  }
}

function tooComplex({ message }: JsonTooComplex): BffError {
  return BffError.of(
    'VALIDATION_ERROR',
    `The body cannot be read: ${message}.`,
    // The rest of the body is not read.
    { headers: { Connection: 'close' } },
  );
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
    'The body arrived too slowly: the BFF expects at least 1 Mbit/s, with pauses of ten seconds at most.',
    // What is still on its way is of no use (`unread-bodies.ts`).
    { headers: { Connection: 'close' } },
  );
}
