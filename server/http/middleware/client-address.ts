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
  return asAddress(request.ip) ?? asAddress(request.socket.remoteAddress) ?? 'unknown';
}

/** As proxies write it: `192.0.2.1`, `192.0.2.1:50000`, `2001:db8::1`, `[2001:db8::1]:50000`, with a zone, or in quotes. */
function asAddress(text: string | undefined): string | undefined {
  const bare = text?.trim().replace(/^"([^"]*)"$/, '$1') ?? '';
  const inBrackets = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare)?.[1];
  const beforePort = /^([\d.]{7,15}):\d{1,5}$/.exec(bare)?.[1];
  const [address = ''] = (inBrackets ?? beforePort ?? bare).split('%');
  if (inBrackets !== undefined && isIPv4(address)) return undefined;
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

/** Logs once that a proxy's header arrives although no proxy is believed: all its callers then count as one address. */
export function watchForProxy(trustProxy: number, warn: (sentence: string) => void) {
  let warned = trustProxy > 0;
  return function noteProxy({ headers }: Request, _response: Response, next: NextFunction): void {
    if (!warned && (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined)) {
      warned = true;
      warn(
        'A proxy seems to be in front of this BFF (a request has the header X-Forwarded-For or Forwarded), but BFF_TRUST_PROXY is not set. All callers behind the proxy share one address, and so one limit on wrong access keys. Set BFF_TRUST_PROXY to the number of proxies in front of the BFF.',
      );
    }
    next();
  };
}
