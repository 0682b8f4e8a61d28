import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As long as a signed token with a scope or two is. Peers that only add a header add this one. */
export const tokenForBenchmarks = 'a-token-for-benchmarks-'.padEnd(900, '0123456789abcdefghij');

/** An authorisation server that gives out tokens at once and counts how often it is asked. */
export type TokenEndpoint = { authUrl: string; count(): number; stop(): Promise<void> };

export async function startTokenEndpoint(lifetimeSeconds: number): Promise<TokenEndpoint> {
  let count = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    count += 1;
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: `${tokenForBenchmarks}-${count}`,
        token_type: 'Bearer',
        expires_in: lifetimeSeconds,
        scope: new URLSearchParams(body).get('scope'),
      }),
    );
  });
  // A thousand callers at once may open a thousand connections.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return {
    authUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
