import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { errorCodeOf } from '../error-code.ts';

export type MetricsAddress = { host: string; port: number };
export type ServedMetrics = { port: number; stop(): Promise<void> };

/**
 * Serves `GET /metrics` at a port of its own, so that whoever may read the figures need not be able to call the BFF, and
 * the other way round.
 *
 * @throws Error in words if it cannot listen there
 */
export async function serveMetrics(
  metrics: { text: () => Promise<string>; contentType: string },
  { host, port }: MetricsAddress,
): Promise<ServedMetrics> {
  const server = createServer(async (request, response) => {
    if (!isOwnName(request.headers.host, host)) {
      response.writeHead(403).end(wrongHost);
      return;
    }
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    const text = await metrics.text().catch(() => undefined);
    if (text === undefined) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `the metrics cannot be served at port ${port} of ${host} (${errorCodeOf(error)}). Set BFF_METRICS_PORT and BFF_METRICS_HOST to a free port of this machine.`,
      { cause: error },
    );
  }
  // It does not keep the program alive.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const wrongHost = `The metrics answer to addresses, to names without a dot, and to the name in BFF_METRICS_HOST.
`;

/**
 * Whether a Host header is none that a hostile page could have: such a page makes its own name resolve to this machine (DNS
 * rebinding), and that name has a dot.
 */
function isOwnName(header: string | undefined, host: string): boolean {
  const [, inBrackets, name = inBrackets] =
    /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,255}))(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  if (name === undefined) return false;
  return isIP(name) !== 0 || !name.includes('.') || name.toLowerCase() === host.toLowerCase();
}
