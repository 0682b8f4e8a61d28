import { version } from '../version.ts';

/** Firewalls commonly block whoever does not say what it is. */
const ownHeaders = { 'accept-encoding': 'identity', 'user-agent': `pearsana-partner-tools/${version}` };

/** The headers of a request to others, with those that every request of the BFF has. Nothing replaces these. */
export function withOwnHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, ...ownHeaders };
}
