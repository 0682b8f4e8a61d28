import type { Settings } from './settings.ts';

const name = 'BFF_PUBLIC_URL';
/** What a caller can write into a `Host` header, and a resolver can find. */
const hostName = /^(\[[0-9a-f:.]+\]|(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?)$/;
/** Where a program listens that listens everywhere. */
const everywhere = ['0.0.0.0', '[::]'];

/** The address that callers use: an origin, since the BFF answers below no path. */
export function readPublicUrl(settings: Settings): string | undefined {
  const url = settings.url(name);
  if (url === undefined) return undefined;
  const { hostname, pathname, port } = new URL(url);
  if (pathname !== '/') {
    return settings.fault(
      `${name} must be scheme, host and port only, such as https://bff.example.com: the BFF answers at the root of a host, not below a path.`,
    );
  }
  if (!hostName.test(hostname) || everywhere.includes(hostname) || port === '0') {
    return settings.fault(
      `${name} names a host or a port that nobody can call. A host name consists of letters, digits, hyphens and dots (no _ or *).`,
    );
  }
  return url;
}
