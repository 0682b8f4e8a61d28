import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of callers. */
export type OpenConnections = {
  /** The answers that have not been completed yet. */
  underWay: ReadonlySet<ServerResponse>;
  /** The connections without a request in progress: kept for the next one, silent, or in the middle of the headers. */
  idle(): Socket[];
};

/** Far more than callers need, since an idle connection is kept only for some seconds. */
const usuallyMost = 1_000;

/**
 * Limits the number of connections, so that idle ones can't use up the file descriptors that the BFF needs for its files and
 * for Pearsana. At the limit, a new connection replaces an idle one: first one that never brought a complete request, then
 * the least recently used one. If none is idle, the new connection is refused.
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

/** At most half of the system's limit on descriptors, since each call may need another one, to Pearsana. */
function mostConnections(): number {
  // Looking up the names of connections could take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report: { userLimits?: { open_files?: { soft?: unknown } } } = process.report.getReport();
  const descriptors = Number(report.userLimits?.open_files?.soft);
  return descriptors > 0 ? Math.min(usuallyMost, Math.floor(descriptors / 2)) : usuallyMost;
}
