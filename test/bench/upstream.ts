// A stand-in for Pearsana in the benchmark, in a process of its own. Its API answers every request with the same bytes, below the
// HTTP server: its cost is shared by all contestants and should be as small as possible.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { startTokenEndpoint } from './token-endpoint.ts';

export type Upstream = { authUrl: string; apiUrl: string };

const body = JSON.stringify({
  status: 'ok',
  message: 'Authorized',
  clientId: 'a-client',
  scopes: ['pearsana-partner/ping'],
});
const pong = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${body.length}`,
  'X-Request-Id: 0f6c1a52-6b0e-4f0c-9a53-2f1f6d7d5e11',
  'X-API-Version: 2026-01-30',
  'X-API-Version-Latest: 2026-01-30',
  'X-API-Version-Supported: 2026-01-30',
  '',
  body,
].join('\r\n');

const endOfRequest = '\r\n\r\n';

const api = createServer({ noDelay: true }, (socket) => {
  let unread = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    // None of these requests has a body.
    const requests = (unread + text).split(endOfRequest);
    unread = requests.pop() ?? '';
    socket.write(pong.repeat(requests.length));
  });
  socket.on('error', () => socket.destroy());
});
api.listen(0, '127.0.0.1');
await once(api, 'listening');
const { authUrl } = await startTokenEndpoint(3600);
const upstream: Upstream = { authUrl, apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}` };
process.send?.(upstream);
// Ends together with its parent.
process.once('disconnect', () => process.exit());
