import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { BffError } from '../bff-error.ts';

/** RFC 8259, 8.1: JSON between systems is UTF-8; another charset is somebody's mistake. */
const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/** Reads a JSON body of at most `cap` bytes; a larger one is refused while it arrives. */
export function jsonBody(cap: number): (request: Request, response: Response) => Promise<unknown> {
  const parse = express.json({
    limit: cap,
    type: () => true,
    inflate: false,
    strict: false,
    verify: (_request, _response, bytes) => {
      // The parser would put replacement characters into somebody's name.
      if (!isUtf8(bytes)) throw new Error('not UTF-8');
    },
  });

  return async function readJson(request, response) {
    if (!jsonType.test(request.headers['content-type'] ?? '')) {
      throw BffError.of(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body must be JSON, sent as Content-Type: application/json.',
      );
    }
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(refusal(error, cap)),
      );
    });
    return request.body;
  };
}

/** The parser's own messages quote the body. */
function refusal(error: unknown, cap: number): BffError {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return BffError.of(
        'PAYLOAD_TOO_LARGE',
        `The body is larger than ${cap / 1024} KiB, the most that is read here.`,
        {
          // What is still on its way is not read.
          headers: { Connection: 'close' },
        },
      );
    case 'encoding.unsupported':
      return BffError.of('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed.');
    case 'entity.verify.failed':
      return BffError.of('VALIDATION_ERROR', 'The body is not UTF-8.');
    case 'entity.parse.failed':
      return BffError.of('VALIDATION_ERROR', 'The body is not JSON.');
    default:
      return BffError.of('VALIDATION_ERROR', 'The body could not be read to its end.');
  }
}
