import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';

/** The proxy between us and the world, as `HTTPS_PROXY` and `NO_PROXY` say. */
export type OutboundProxy = { url: string; except: string | undefined };

/** The connections that everything to the partner goes over, its authorisation server included. */
export type Connections = {
  /** Kept open between requests. */
  kept: Dispatcher;
  /** Opened for one request and closed after it. */
  fresh: Dispatcher;
  /** Takes no more requests, lets those under way come to their end, for so long at most, and closes everything. */
  close(longestMs: number): Promise<void>;
};

/** To one origin, of each of the two sorts. More than may be in flight, so that nobody waits here unseen. */
const mostConnections = 64;
const connectTimeoutMs = 5_000;
/** Shorter than any usual server's, so that it is us who close. */
const keptIdleMs = 4_000;
const loopback = 'localhost,127.0.0.1,::1';

export function createConnections(proxy?: OutboundProxy): Connections {
  const limits = {
    connections: mostConnections,
    connect: { timeout: connectTimeoutMs },
    maxHeaderSize: 16 * 1024,
    // Each request has a deadline of its own; undici's would end a longer one as if the connection had failed.
    headersTimeout: 0,
    bodyTimeout: 0,
    // HTTP/2 would carry a read and a write over one connection, and it may be an idle one.
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
      // To the proxy itself: one that never answers would else keep each of its connections for minutes.
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
