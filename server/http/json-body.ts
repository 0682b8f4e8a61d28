import type { Request } from 'express';
import { BffError } from '../bff-error.ts';

/** RFC 8259, 8.1: JSON between systems is UTF-8; another charset is somebody's mistake. */
const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/**
 * Reads a JSON body of at most `cap` bytes; a larger one is refused while it arrives. Express's own parser would first
 * read such a body to its end, however long that takes, and only then say so.
 */
export function jsonBody(cap: number): (request: Request) => Promise<unknown> {
  return async function readJson(request) {
    const { headers } = request;
    if (!jsonType.test(headers['content-type'] ?? '')) {
      throw BffError.of(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body must be JSON, sent as Content-Type: application/json.',
      );
    }
    if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
      throw BffError.of('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.');
    }
    if (Number(headers['content-length']) > cap) throw tooLarge(cap);
    const bytes = await readBytes(request, cap);
    // The contract says of nothing that it is required.
    return bytes.byteLength === 0 ? undefined : parse(bytes);
  };
}

export async function readBytes(request: Request, cap: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Without this, leaving the loop would destroy the connection, and the answer with it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > cap) throw tooLarge(cap);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof BffError
      ? error
      : BffError.of('VALIDATION_ERROR', 'The body could not be read to its end.');
  }
  return Buffer.concat(chunks);
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

function tooLarge(cap: number): BffError {
  return BffError.of(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${cap / 1024} KiB, the most that is read here.`,
    // What is still on its way is not read.
    { headers: { Connection: 'close' } },
  );
}
