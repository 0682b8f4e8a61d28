import { Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import { slowestBytesPerMs } from '../../shared/documents.ts';
import { errorCodeOf } from '../error-code.ts';
import { type BodyText, bodyText } from './body-text.ts';
import type { Connections } from './connections.ts';
import { withOwnHeaders } from './own-headers.ts';

/** One HTTP request to Pearsana. Its destination comes from the configuration and the table, never from a caller. */
export type HttpRequest = {
  method: 'GET' | 'POST';
  /** The API's URL, without a slash at its end. */
  baseUrl: string;
  /** What follows it, encoded, with the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
  /**
   * A write is sent once, over a new connection. The server may be closing an idle connection at this very moment, and
   * then nobody knows whether the write arrived. A read is sent again if its connection fails.
   */
  writes: boolean;
  /** Asked when the connection is open, immediately before the first byte. If it says no, nothing is sent. */
  mayBeSent?: (() => boolean) | undefined;
  /** Who waits for the answer. Without a waiter, the request ends by itself alone. */
  waiter?: Waiter;
};

/**
 * Somebody who waits for an answer, and may go away before it comes. An `AbortSignal` says the same to any number of
 * listeners, and costs more than everything else that is made for a request.
 */
export type Waiter = { isGone: boolean; onGone?: (() => void) | undefined };

export type HttpAnswer = BodyText & {
  status: number;
  /** The first value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /** From the request's first byte to the answer's last. */
  durationMs: number;
};

/** Sends a request, and follows no redirect. Fails with a {@link TransportError}. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

/**
 * Only `not-connected` proves that nothing was sent, and `no-tls` is the reason for that where the server does not speak TLS.
 * `withheld`: whoever sends it no longer wanted it sent.
 * `broken`: the connection failed before an answer. `cut-off`: it failed in the middle of the answer. `malformed`: the
 * answer is not valid HTTP. `unasked`: it begins with a 100 or 101 that only a request for it allows (RFC 9110, 15.2), and
 * that undici does not skip.
 */
export type TransportFault =
  | 'not-connected'
  | 'no-tls'
  | 'withheld'
  | 'broken'
  | 'cut-off'
  | 'malformed'
  | 'unasked'
  | 'timeout'
  | 'too-large'
  | 'aborted';

/** Why there is no complete answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly fault: TransportFault;
  /** The system's or undici's code, such as `ECONNRESET`. */
  readonly code: string;

  constructor(fault: TransportFault, code: string) {
    super(`${fault} (${code})`);
    this.fault = fault;
    this.code = code;
  }
}

/** Pearsana's documented answers have a few hundred bytes. */
const maxAnswerBytes = 1024 * 1024;
/** A larger body is sent in pieces of this size, one after another. */
const pieceBytes = 64 * 1024;

/** How long sending may take. */
export type SendLimits = {
  /** From the call to the request's last byte: the connection, TLS, a proxy's tunnel, and a form. */
  baseMs: number;
  /** A larger body gets more time, at this rate: a slower network counts as failed. */
  bytesPerMs: number;
};
/** A document of 10 MB has two minutes, at 1 Mbit/s. */
const usualSendLimits: SendLimits = { baseMs: 10_000, bytesPerMs: slowestBytesPerMs };

type TransportOptions = {
  connections: Connections;
  /** From the request's last byte to the answer's last. */
  timeoutMs: number;
  sendLimits?: SendLimits;
};

export function createTransport(options: TransportOptions): Transport {
  const { connections, timeoutMs, sendLimits = usualSendLimits } = options;
  const targetOf = createTargets();

  function exchange(dispatcher: Dispatcher, request: HttpRequest): Promise<HttpAnswer> {
    const { baseMs, bytesPerMs } = sendLimits;
    const sendMs = baseMs + (request.body?.byteLength ?? 0) / bytesPerMs;
    return exchangeWithin(dispatcher, targetOf(request), request, { sendMs, timeoutMs });
  }

  return async function transport(request) {
    if (request.writes) return exchange(connections.fresh, request);
    try {
      return await exchange(connections.kept, request);
    } catch (error) {
      if (!isFailedConnection(error)) throw error;
      return exchange(connections.fresh, request);
    }
  };
}

/** A connection that timed out is not tried again: the caller has waited long enough. */
function isFailedConnection(error: unknown): boolean {
  if (!(error instanceof TransportError)) return false;
  return error.fault === 'broken' || (error.fault === 'not-connected' && !/TIMEOUT/.test(error.code));
}

type Target = { origin: string; path: string };

/** There are as many base URLs as environments, and reading one costs more than looking it up. */
function createTargets(): (request: HttpRequest) => Target {
  const bases = new Map<string, Target>();

  function readBase(baseUrl: string): Target {
    const { origin, pathname } = new URL(baseUrl);
    const base = { origin, path: pathname.replace(/\/$/, '') };
    bases.set(baseUrl, base);
    return base;
  }
  return ({ baseUrl, path }) => {
    const base = bases.get(baseUrl) ?? readBase(baseUrl);
    return { origin: base.origin, path: base.path + path };
  };
}

/** One request and its answer, on undici's lowest level: its streams and signals would cost more than everything else. */
function exchangeWithin(
  dispatcher: Dispatcher,
  { origin, path }: Target,
  request: HttpRequest,
  { sendMs, timeoutMs }: { sendMs: number; timeoutMs: number },
): Promise<HttpAnswer> {
  const { method, waiter } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let begun = 0;
    let deadline = performance.now() + sendMs;
    let status = 0;
    let answered: Headers = {};
    const chunks: Buffer[] = [];
    let size = 0;
    let ended = false;
    let timer = setTimeout(checkTime, Math.min(sendMs, timeoutMs));

    function end(): boolean {
      if (ended) return false;
      ended = true;
      clearTimeout(timer);
      if (waiter) waiter.onGone = undefined;
      return true;
    }
    function fail(fault: TransportFault, code: string): void {
      if (!end()) return;
      const error = new TransportError(fault, code);
      reject(error);
      controller?.abort(error);
    }
    /**
     * The deadline moves once, and a second timer for each request would cost more than to look again. It may move to an
     * earlier time, but never to less than `timeoutMs` from now.
     */
    function checkTime(): void {
      const left = deadline - performance.now();
      if (left > 0) timer = setTimeout(checkTime, Math.min(left, timeoutMs));
      else fail(controller ? 'timeout' : 'not-connected', 'TIMEOUT');
    }
    function goAway(): void {
      fail('aborted', 'ABORTED');
    }

    if (waiter?.isGone) {
      goAway();
      return;
    }
    if (waiter) waiter.onGone = goAway;
    dispatcher.dispatch(
      { origin, path, method, ...contentOf(request) },
      {
        // The connection is open, and the first byte follows at once.
        onRequestStart(started) {
          controller = started;
          if (ended) started.abort(new TransportError('aborted', 'ABORTED'));
          else if (request.mayBeSent?.() === false) fail('withheld', 'WITHHELD');
          begun = performance.now();
        },
        onRequestSent() {
          deadline = performance.now() + timeoutMs;
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          // An informational answer (1xx) may come before the final one.
          status = statusCode;
          answered = responseHeaders;
        },
        onResponseData(_controller, chunk) {
          size += chunk.byteLength;
          if (size > maxAnswerBytes) fail('too-large', 'TOO_LARGE');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (!end()) return;
          const durationMs = Math.round((performance.now() - begun) * 10) / 10;
          resolve(answerOf(status, answered, Buffer.concat(chunks), durationMs));
        },
        onResponseError(_controller, error) {
          fail(...faultOf(error, { connected: controller !== undefined, answered: status >= 200 }));
        },
      },
    );
  });
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function answerOf(
  status: number,
  headers: Headers,
  body: Buffer,
  durationMs: number,
): HttpAnswer | Promise<HttpAnswer> {
  const first = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const contentEncoding = headers['content-encoding']?.toString();
  const facts = { status, header: first, durationMs };
  const read = bodyText(body, { contentType: first('content-type'), contentEncoding }, maxAnswerBytes);
  return read instanceof Promise ? read.then((each) => ({ ...each, ...facts })) : { ...read, ...facts };
}

/** What OpenSSL says when the server's first bytes are not TLS. */
const notTls = /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/;

/** What a failure of undici means. */
export function faultOf(
  error: unknown,
  { connected, answered }: { connected: boolean; answered: boolean },
): [fault: TransportFault, code: string] {
  const code = errorCodeOf(error);
  // Checked first: a server that does not speak HTTP may send something before the request.
  if (error instanceof errors.HTTPParserError) return ['malformed', 'NOT_HTTP'];
  // Only undici's own words tell these two from other failures of a connection.
  const words = error instanceof errors.SocketError ? error.message : '';
  if (words === 'bad response') return ['unasked', '100'];
  if (words === 'bad upgrade') return ['unasked', '101'];
  if (!connected) return [notTls.test(code) ? 'no-tls' : 'not-connected', code];
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return ['too-large', code];
  // undici asserts that a status has three digits and is at least 100.
  if (code.startsWith('UND_ERR_RES_') || code === 'ERR_ASSERTION') return ['malformed', code];
  return [answered ? 'cut-off' : 'broken', code];
}

/**
 * Headers and body. undici reports a body in one piece as sent as soon as it is queued, which would start the time limit
 * for the answer too early. It reports a stream as sent when the last piece has left.
 */
function contentOf({ headers, body }: HttpRequest): Pick<Dispatcher.DispatchOptions, 'headers' | 'body'> {
  const all = withOwnHeaders(headers);
  if (!body || body.byteLength <= pieceBytes) return { headers: all, body: body ?? null };
  return {
    headers: { ...all, 'content-length': String(body.byteLength) },
    body: Readable.from(piecesOf(body), { objectMode: false, highWaterMark: pieceBytes }),
  };
}

/** Views of the same memory. */
function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.byteLength; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
}
