import type { NextFunction, Request, Response } from 'express';
import { BffError } from '../../bff-error.ts';
import { isLoopback } from '../../network/loopback.ts';

/**
 * Answers only to the names it is meant to be called by: a hostile page that makes its own name resolve to this machine
 * (DNS rebinding) still sends that name.
 */
export function hostCheck(options: { host: string; publicUrl: string | undefined }) {
  const publicHost = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).host;
  const onLoopback = isLoopback(options.host);

  return function checkHost(request: Request, _response: Response, next: NextFunction): void {
    // RFC 9112, 3.2. Node would take the first of several, and whoever stands in front may have taken another.
    if ((request.headersDistinct.host?.length ?? 0) > 1) {
      throw BffError.of('VALIDATION_ERROR', 'A request must not have several Host headers.');
    }
    const host = request.headers.host?.toLowerCase() ?? '';
    const name = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.exec(host)?.[1];
    if (name !== undefined && ((onLoopback && isLoopback(name)) || host === publicHost)) {
      next();
      return;
    }
    const names = [...(onLoopback ? ['localhost', '127.0.0.1'] : []), ...(publicHost ? [publicHost] : [])];
    throw BffError.of(
      'HOST_NOT_ALLOWED',
      `The BFF is not known by the name in the Host header. Call it as ${names.join(' or ')}, or set BFF_PUBLIC_URL.`,
    );
  };
}

/** Only a plain path may stand in the request line: `http://other/…`, `//other` and `*` are for proxies, or for mischief. */
export function checkRequestTarget(request: Request, _response: Response, next: NextFunction): void {
  if (!request.url.startsWith('/') || request.url.startsWith('//')) {
    throw BffError.of('VALIDATION_ERROR', 'The request line must hold a path, such as /api/environments.');
  }
  next();
}
