import type { NextFunction, Request, Response } from 'express';
import { BffError } from '../../bff-error.ts';
import { isLoopback } from '../../network/loopback.ts';
import { holdsCredential } from './request-context.ts';

/**
 * Accepts only the names by which the BFF should be called. A hostile page that makes its own name resolve to this machine
 * (DNS rebinding) still sends that name.
 */
export function hostCheck(options: { host: string; publicUrl: string | undefined }) {
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
  const defaultPort = publicUrl?.protocol === 'http:' ? '80' : '443';
  const publicHost = publicUrl && plainHost(publicUrl.host, defaultPort)?.host;
  const onLoopback = isLoopback(options.host);
  const names = [...(onLoopback ? ['localhost', '127.0.0.1'] : []), ...(publicHost ? [publicHost] : [])];

  return function checkHost(request: Request, response: Response, next: NextFunction): void {
    // RFC 9112, 3.2. Node would take the first of several, and a proxy in front may have taken another.
    if (hostsOf(request) > 1) {
      throw BffError.of('VALIDATION_ERROR', 'A request must not have several Host headers.');
    }
    const called = plainHost(request.headers.host ?? '', defaultPort);
    if (called && ((onLoopback && isLoopback(called.name)) || called.host === publicHost)) {
      next();
      return;
    }
    response.locals.context.host = loggedHost(request);
    const remedies = [
      `Call it as ${names.join(' or ')}`,
      ...(cameByProxy(request)
        ? [
            'let the proxy in front pass on the Host header that it receives (nginx: proxy_set_header Host $host;)',
          ]
        : []),
      'or set BFF_PUBLIC_URL to the address that callers use',
    ];
    throw BffError.of(
      'HOST_NOT_ALLOWED',
      `The BFF does not answer to the name in the Host header. ${remedies.join(', ')}. Its log shows the name that arrived.`,
    );
  };
}

/** How many Host headers a request has. Node's lists of each header's values would take longer than all other checks. */
function hostsOf({ rawHeaders }: Request): number {
  let hosts = 0;
  // Each name is followed by its value.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}

/** A host in the form for comparing (RFC 3986, 6.2.2.1 and 6.2.3): small letters, no final dot, no default port. */
function plainHost(text: string, defaultPort: string): { name: string; host: string } | undefined {
  const [, name, port] =
    /^(\[[0-9a-f:]{2,39}\]|[a-z0-9.-]{1,255}?)\.?(?::(\d{0,5}))?$/.exec(text.toLowerCase()) ?? [];
  if (name === undefined) return undefined;
  return { name, host: port && port !== defaultPort ? `${name}:${port}` : name };
}

const longestLoggedHost = 100;

/** The caller's Host header, safe to log: only the characters of names, and neither a key nor anything sent as one. */
function loggedHost({ headers }: Request): string {
  const { host = '' } = headers;
  if (holdsCredential(host, headers)) return '[redacted]';
  const shown = host.slice(0, longestLoggedHost);
  return shown === '' ? '(none)' : shown.replace(/[^\w.:[\]-]/g, '?');
}

function cameByProxy({ headers }: Request): boolean {
  return ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'].some(
    (name) => headers[name] !== undefined,
  );
}
