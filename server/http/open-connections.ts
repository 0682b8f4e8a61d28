import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is known of the connections of callers. */
export type OpenConnections = {
  /** The answers that are still owed. */
  underWay: ReadonlySet<ServerResponse>;
  /** Those over which no request is being answered: kept for the next one, silent, or in the midst of their headers. */
  idle(): Socket[];
};

/** Far more than callers keep at once, since nobody's connection is kept for longer than some seconds without use. */
const usuallyMost = 1_000;

/**
 * Keeps the number of connections below a limit, so that idle ones can't use up the descriptors that the BFF needs for
 * its files and for Pearsana. Who comes when it is reached takes the place of an idle one: of one that never brought a
 * whole request, or else of the one that was used longest ago. Where none is idle, they are turned away.
 */
export function limitConnections(server: Server, most = mostConnections()): OpenConnections {
  const underWay = new Set<ServerResponse>();
  const unused = new Set<Socket>();
  /** In the order of their last use. */
  const used = new Set<Socket>();

  function idle(): Socket[] {
    const busy = new Set([...underWay].map(({ req }) => req.socket));
    return [...unused, ...used].filter((socket) => !busy.has(socket));
  }

  server.on('connection', (socket) => {
    if (unused.size + used.size >= most) (idle()[0] ?? socket).destroy();
    if (socket.destroyed) return;
    unused.add(socket);
    socket.once('close', () => {
      unused.delete(socket);
      used.delete(socket);
    });
  });
  server.on('request', ({ socket }, response) => {
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      unused.delete(socket);
      used.delete(socket);
      if (!socket.destroyed) used.add(socket);
    });
  });
  return { underWay, idle };
}

/** Half of the descriptors that the system grants at most: each call may take another one, to Pearsana. */
function mostConnections(): number {
  // Looking up the names of connections could take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report: { userLimits?: { open_files?: { soft?: unknown } } } = process.report.getReport();
  const descriptors = Number(report.userLimits?.open_files?.soft);
  return descriptors > 0 ? Math.min(usuallyMost, Math.floor(descriptors / 2)) : usuallyMost;
}
