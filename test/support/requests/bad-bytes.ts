import fc from 'fast-check';
import { rawHead } from '../network/raw-http.ts';
import type { Ingredients } from './good-requests.ts';

/** Bytes that are not HTTP, or almost HTTP. The other end closes the connection after each. */
export function badBytes({ marker, accessKey }: Ingredients): fc.Arbitrary<string> {
  const headers = { Host: '127.0.0.1', Authorization: `Bearer ${accessKey}`, 'X-Marker': marker };
  const head = rawHead(`/api/session?${marker}`, headers);
  const inserted = fc
    .tuple(
      fc.nat(head.indexOf('Connection')),
      fc.constantFrom('\0', '\r', '\n', '\x7f', ' ', ':', accessKey, '\r\n\r\n', 'é'),
    )
    .map(([at, text]) => head.slice(0, at) + text + head.slice(at));
  const whole = fc.constantFrom(
    rawHead(`${accessKey}:443`, headers, 'CONNECT'),
    rawHead(`/${accessKey}`, headers, marker.toUpperCase()),
    rawHead('/api/session', { ...headers, 'Content-Length': accessKey }),
    rawHead('/api/session', { ...headers, 'Content-Length': '4', 'Transfer-Encoding': 'chunked' }),
    rawHead('/api/session', { ...headers, 'X-Long': marker.repeat(2_000) }),
    rawHead('/api/session', { Authorization: `Bearer ${accessKey}` }),
    rawHead('http://evil.example/', headers),
    head.replace('HTTP/1.1', 'HTTP/9.9'),
    `\x16\x03\x01${accessKey}\r\n\r\n`,
    `${marker}\r\n${accessKey}\r\n\r\n`,
  );
  return fc.oneof(inserted, whole);
}
