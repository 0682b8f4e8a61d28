import { isIP, isIPv4 } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/**
 * The address by which a request is counted: an IPv4 address, or an IPv6 network, since one customer has a whole network.
 * A proxy's header is believed only if it contains an address. For anything else, which a caller may have made up, the
 * address of the connection counts.
 */
export function addressOf(request: Request): string {
  return ipKeyGenerator(clientAddressOf(request));
}

/** The address itself, for the log. */
export function clientAddressOf(request: Request): string {
  // Only with this header may it be another one than the connection's.
  const forwarded = request.headers['x-forwarded-for'] === undefined ? undefined : asAddress(request.ip);
  return forwarded ?? asAddress(request.socket.remoteAddress) ?? 'unknown';
}

/** As proxies write it: `192.0.2.1`, `192.0.2.1:50000`, `2001:db8::1`, `[2001:db8::1]:50000`, with a zone, or in quotes. */
function asAddress(text: string | undefined): string | undefined {
  if (text === undefined || isIPv4(text)) return text;
  const bare = text.trim().replace(/^"([^"]*)"$/, '$1');
  const inBrackets = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare)?.[1];
  const beforePort = /^([\d.]{7,15}):\d{1,5}$/.exec(bare)?.[1];
  const [address = ''] = (inBrackets ?? beforePort ?? bare).split('%');
  if (inBrackets !== undefined && isIPv4(address)) return undefined;
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

const proxyNotTrusted =
  'A proxy seems to be in front of this BFF (a request has the header X-Forwarded-For or Forwarded), but BFF_TRUST_PROXY is not set. All callers behind the proxy share one address, and so one limit on wrong access keys. Set BFF_TRUST_PROXY to the number of proxies in front of the BFF.';
const addressMissing =
  'BFF_TRUST_PROXY says that a proxy is in front of this BFF, but a request came without the header X-Forwarded-For. Such callers share one address, and so one limit on wrong access keys. Let the proxy send the caller’s address (nginx: proxy_set_header X-Forwarded-For $remote_addr;).';
const oldHttp =
  'The proxy in front of this BFF speaks HTTP/1.0, so each call needs a connection of its own. Let it speak HTTP/1.1 and keep its connections open (nginx: proxy_http_version 1.1; proxy_set_header Connection "";).';
const connectionClosed =
  'The proxy in front of this BFF closes its connection after each call, which costs time. Let it keep its connections open (nginx: proxy_set_header Connection ""; and keepalive in the upstream).';

/** Logs, once each, what seems to be forgotten in the configuration of a proxy in front of the BFF. */
export function watchForProxy(trustProxy: number, warn: (sentence: string) => void) {
  const said = new Set<string>();

  return function noteProxy(request: Request, response: Response, next: NextFunction): void {
    const remark = remarkOn(request, trustProxy);
    // A supervisor's probe does not pass the proxy.
    if (remark !== undefined && !said.has(remark) && !isProbe(response)) {
      said.add(remark);
      warn(remark);
    }
    next();
  };
}

function remarkOn({ headers, httpVersion }: Request, trustProxy: number): string | undefined {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  if (trustProxy === 0) return isForwarded ? proxyNotTrusted : undefined;
  if (!isForwarded) return addressMissing;
  if (httpVersion === '1.0') return oldHttp;
  return headers.connection === 'close' ? connectionClosed : undefined;
}

const isProbe = ({ locals }: Response) => ['/livez', '/readyz'].includes(locals.context.target?.path ?? '');
