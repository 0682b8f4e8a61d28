import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { isLoopback } from './loopback.ts';

/** The proxy for outgoing requests, from `HTTPS_PROXY` and `NO_PROXY`. */
export type OutboundProxy = { url: string; except: string | undefined };

/** The connections to Pearsana and its authorisation server. */
export type Connections = {
  /** Kept open between requests. */
  kept: Dispatcher;
  /** Opened for one request and closed after it. */
  fresh: Dispatcher;
  /** Takes no more requests, waits at most this long for requests in progress, and closes all connections. */
  close(longestMs: number): Promise<void>;
};

/** To one origin, for each of the two kinds. More than the calls in flight may be, so that no call waits here unnoticed. */
const mostConnections = 64;
const connectTimeoutMs = 5_000;
/** Of an answer. */
export const maxHeaderBytes = 16 * 1024;
/** Shorter than the limit of usual servers, so that we close idle connections first. */
const keptIdleMs = 4_000;

export function createConnections(proxy?: OutboundProxy): Connections {
  const limits = {
    connections: mostConnections,
    connect: { timeout: connectTimeoutMs },
    maxHeaderSize: maxHeaderBytes,
    // Each request has its own deadline. With undici's, a slow request would look like a failed connection.
    headersTimeout: 0,
    bodyTimeout: 0,
    // HTTP/2 would send reads and writes over one connection, which may have been idle.
    allowH2: false,
  };
  const opened: Dispatcher[] = [];
  function open(options: Agent.Options): Dispatcher {
    if (!proxy) return new Agent(options);
    const byProxy = new EnvHttpProxyAgent({
      ...options,
      // To the proxy itself, too.
      proxyTls: { allowH2: false },
      httpsProxy: proxy.url,
      httpProxy: '',
      noProxy: proxy.except ?? '',
      // For the proxy itself: otherwise a proxy that never answers would hold each connection for minutes.
      clientFactory: (origin, own) => new Pool(origin, { ...own, headersTimeout: connectTimeoutMs }),
    });
    const direct = new Agent(options);
    opened.push(direct);
    // A list of names cannot say it: every address from 127.0.0.1 to 127.255.255.255 is this machine.
    return byProxy.compose((dispatch) => (call, handler) => {
      const isHere = call.origin !== undefined && isLoopback(new URL(call.origin).hostname);
      return isHere ? direct.dispatch(call, handler) : dispatch(call, handler);
    });
  }
  const kept = open({ ...limits, keepAliveTimeout: keptIdleMs });
  const fresh = open({ ...limits, pipelining: 0 });
  return {
    kept,
    fresh,
    async close(longestMs) {
      const all = [kept, fresh, ...opened];
      const ended = Promise.all(all.map((each) => each.close()));
      await Promise.race([ended, delay(longestMs, undefined, { ref: false })]);
      await Promise.all(all.map((each) => each.destroy()));
    },
  };
}
