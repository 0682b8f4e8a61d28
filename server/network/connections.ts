import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';

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
/** Shorter than the limit of usual servers, so that we close idle connections first. */
const keptIdleMs = 4_000;
const loopback = 'localhost,127.0.0.1,::1';

export function createConnections(proxy?: OutboundProxy): Connections {
  const limits = {
    connections: mostConnections,
    connect: { timeout: connectTimeoutMs },
    maxHeaderSize: 16 * 1024,
    // Each request has its own deadline. With undici's, a slow request would look like a failed connection.
    headersTimeout: 0,
    bodyTimeout: 0,
    // HTTP/2 would send reads and writes over one connection, which may have been idle.
    allowH2: false,
  };
  function open(options: Agent.Options): Dispatcher {
    if (!proxy) return new Agent(options);
    const noProxy = [loopback, proxy.except].filter(Boolean).join(',');
    return new EnvHttpProxyAgent({
      ...options,
      httpsProxy: proxy.url,
      httpProxy: '',
      noProxy,
      // For the proxy itself: otherwise a proxy that never answers would hold each connection for minutes.
      clientFactory: (origin, own) => new Pool(origin, { ...own, headersTimeout: connectTimeoutMs }),
    });
  }
  const kept = open({ ...limits, keepAliveTimeout: keptIdleMs });
  const fresh = open({ ...limits, pipelining: 0 });
  return {
    kept,
    fresh,
    async close(longestMs) {
      const ended = Promise.all([kept.close(), fresh.close()]);
      await Promise.race([ended, delay(longestMs, undefined, { ref: false })]);
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}
