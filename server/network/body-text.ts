import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

/** What an answer's headers say about its body. */
type BodyHeaders = { contentType: string | undefined; contentEncoding: string | undefined };

/** An answer's body as text. */
export type BodyText = {
  text: string;
  /** Why the body cannot be read, as the end of a sentence about the answer; `text` is then empty. */
  unreadable?: string;
};

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** By content coding (RFC 9110, 8.4.1, and its registry); each is tried until one fits. */
const decompressions: Readonly<Record<string, readonly Decompress[]>> = {
  gzip: [promisify(gunzip)],
  'x-gzip': [promisify(gunzip)],
  // Some servers leave out the zlib format around it.
  deflate: [promisify(inflate), promisify(inflateRaw)],
  br: [promisify(brotliDecompress)],
  zstd: [promisify(zstdDecompress)],
};
const mostCodings = 4;

/**
 * Reads a body as its headers say, and not only as the BFF asked for it: a gateway may compress an answer although
 * nobody asked for that, and may name another charset than UTF-8.
 * @param mostBytes how large the body may be after decompression.
 */
export function bodyText(
  bytes: Buffer,
  { contentType, contentEncoding = 'identity' }: BodyHeaders,
  mostBytes: number,
): BodyText | Promise<BodyText> {
  // As the BFF asked for it, and so at once.
  if (contentEncoding === 'identity' && !looksLikeGzip(bytes)) return { text: decode(bytes, contentType) };
  return decompressedText(bytes, { contentType, contentEncoding }, mostBytes);
}

async function decompressedText(
  bytes: Buffer,
  { contentType, contentEncoding }: BodyHeaders & { contentEncoding: string },
  mostBytes: number,
): Promise<BodyText> {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'identity');
  if (codings.length > mostCodings) return unreadable('is compressed too many times');
  let body = bytes;
  // The last one was applied last.
  for (const coding of codings.reverse()) {
    const next = await decompressed(body, coding, mostBytes);
    if (typeof next === 'string') return unreadable(next);
    body = next;
  }
  // A gateway may have lost the header.
  if (codings.length === 0 && looksLikeGzip(body)) {
    const next = await decompressed(body, 'gzip', mostBytes);
    if (typeof next !== 'string') body = next;
  }
  return { text: decode(body, contentType) };
}

/** The bytes before compression, or why there are none. */
async function decompressed(bytes: Buffer, coding: string, mostBytes: number): Promise<Buffer | string> {
  if (bytes.byteLength === 0) return bytes;
  const tries = Object.hasOwn(decompressions, coding) ? decompressions[coding] : undefined;
  // Some servers name a charset there, or “none”.
  if (!tries) return looksLikeJson(bytes) ? bytes : 'has a content encoding that the BFF does not know';
  for (const decompress of tries) {
    try {
      return await decompress(bytes, { maxOutputLength: mostBytes });
    } catch (error) {
      if (error instanceof RangeError) return `is larger than ${mostBytes} bytes after decompression`;
    }
  }
  // A proxy may have decompressed the body and left the header.
  if (looksLikeJson(bytes)) return bytes;
  return `says that it is compressed with ${coding}, but cannot be decompressed`;
}

/** No JSON begins with these bytes. */
function looksLikeGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function looksLikeJson(bytes: Buffer): boolean {
  return /^\s*[[{]/.test(bytes.toString('latin1', 0, 64));
}

/** A byte order mark counts more than a charset; UTF-16 without either shows by its zero bytes. Everything else is UTF-8. */
function decode(bytes: Buffer, contentType: string | undefined): string {
  const [first, second, third] = [bytes[0], bytes[1], bytes[2]];
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder().decode(bytes);
  if (second === 0 && first !== 0) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0 && second !== 0) return new TextDecoder('utf-16be').decode(bytes);
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return bytes.toString('utf8');
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // No such charset.
    return bytes.toString('utf8');
  }
}

function unreadable(why: string): BodyText {
  return { text: '', unreadable: why };
}
