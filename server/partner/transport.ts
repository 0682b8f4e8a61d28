import { Agent, type Dispatcher } from 'undici';
import { networkErrorCode } from '../network-error-code.ts';

/** One HTTP request to the partner. The URL comes from the configuration and the table, never from a caller. */
export type HttpRequest = {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Never over a connection that stood idle: the peer may be closing it at this moment, and then nobody knows whether a write arrived. */
  freshConnection?: boolean;
  /** Ends the wait, as when the caller has gone away. */
  signal?: AbortSignal;
};

export type HttpAnswer = {
  status: number;
  /** The first value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  text: string;
  /** From the request's first byte to the answer's last. */
  durationMs: number;
};

/** Sends a request once, and follows no redirect. Fails with a {@link TransportError}. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export type TransportFault = 'not-connected' | 'broken' | 'timeout' | 'too-large' | 'aborted';

/** Why there is no whole answer. Only `not-connected` proves that nothing was sent. */
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

const connectTimeoutMs = 5_000;
/** The partner's documented answers are a few hundred bytes. */
const maxAnswerBytes = 1024 * 1024;

/** The connections that everything to the partner goes over, its authorisation server included. */
export type Connections = {
  /** Kept open between requests. */
  kept: Dispatcher;
  /** Opened for one request and closed after it. */
  fresh: Dispatcher;
  destroy(): Promise<void>;
};

export function createConnections(): Connections {
  const limits = { connections: 64, connect: { timeout: connectTimeoutMs }, maxHeaderSize: 16 * 1024 };
  const kept = new Agent({ ...limits, keepAliveTimeout: 4_000 });
  const fresh = new Agent({ ...limits, pipelining: 0 });
  return {
    kept,
    fresh,
    async destroy() {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

export function createTransport(options: { connections: Connections; timeoutMs: number }): Transport {
  const { connections, timeoutMs } = options;

  return async function transport({ method, url, headers, body, signal, freshConnection }) {
    const { origin, pathname } = new URL(url);
    const timeout = AbortSignal.timeout(timeoutMs);
    const started = performance.now();
    try {
      const dispatcher = freshConnection ? connections.fresh : connections.kept;
      const answer = await dispatcher.request({
        origin,
        path: pathname,
        method,
        headers,
        body: body ?? null,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await readText(answer.body);
      return {
        status: answer.statusCode,
        header: (name) => [answer.headers[name]].flat()[0],
        text,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
      };
    } catch (cause) {
      if (cause instanceof TransportError) throw cause;
      if (signal?.aborted) throw new TransportError('aborted', 'ABORTED');
      if (timeout.aborted) throw new TransportError('timeout', 'TIMEOUT');
      const code = networkErrorCode(cause);
      throw new TransportError(isConnectFailure(cause, code) ? 'not-connected' : 'broken', code);
    }
  };
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the rest of the body and its connection with it.
    if (size > maxAnswerBytes) throw new TransportError('too-large', 'TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A connection that could not be opened: no name, no route, no TLS. */
function isConnectFailure(error: unknown, code: string): boolean {
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code.startsWith('CERT_') || code.startsWith('ERR_TLS_'))
    return true;
  if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'].includes(code)) return true;
  if (['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'].includes(code)) return true;
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY') return true;
  // Happy eyeballs tried each address and collected what each said.
  return (
    error instanceof AggregateError &&
    error.errors.every((each) => isConnectFailure(each, networkErrorCode(each)))
  );
}
