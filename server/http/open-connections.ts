import { readFileSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of callers. */
export type OpenConnections = {
  /** The answers that have not been completed yet: of all connections, or of one, in their order. */
  underWay(of?: Socket): readonly ServerResponse[];
  /** The connections without a request in progress: kept for the next one, silent, or in the middle of the headers. */
  idle(): Socket[];
};

/** Far more than callers need, since an idle connection is kept only for some seconds. */
const usuallyMost = 1_000;

/** `lastUse` counts the answers of all connections; 0 for a connection that never brought a complete request. */
type Connection = { underWay: ServerResponse[]; lastUse: number };

/**
 * Limits the number of connections, so that idle ones can't use up the file descriptors that the BFF needs for its files and
 * for Pearsana. At the limit, a new connection replaces an idle one: first one that never brought a complete request, then
 * the least recently used one. If none is idle, the new connection is refused.
 */
export function limitConnections(server: Server, most = mostConnections()): OpenConnections {
  // Each connection has a list of its own answers. A set of all of them would grow and shrink with every request, and V8
  // keeps what a set held before it grew, and so whole requests, until it collects the oldest objects.
  const connections = new Map<Socket, Connection>();
  let uses = 0;

  function idle(): Socket[] {
    return [...connections]
      .filter(([, { underWay }]) => underWay.length === 0)
      .sort(([, one], [, other]) => one.lastUse - other.lastUse)
      .map(([socket]) => socket);
  }

  server.on('connection', (socket) => {
    if (connections.size >= most) (idle()[0] ?? socket).destroy();
    if (socket.destroyed) return;
    connections.set(socket, { underWay: [], lastUse: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    if (!connection) return;
    connection.underWay.push(response);
    // An answer closes once, and "once" would cost a wrapper and its removal.
    response.on('close', () => {
      connection.underWay.splice(connection.underWay.indexOf(response), 1);
      uses += 1;
      connection.lastUse = uses;
    });
  });
  return {
    underWay: (of) =>
      of
        ? (connections.get(of)?.underWay ?? [])
        : [...connections.values()].flatMap(({ underWay }) => underWay),
    idle,
  };
}

/** At most half of the system's limit on descriptors, since each call may need another one, to Pearsana. */
function mostConnections(): number {
  const descriptors = Number(limitOfLinux() ?? limitOfReport());
  return descriptors > 0 ? Math.min(usuallyMost, Math.floor(descriptors / 2)) : usuallyMost;
}

/** Linux tells it in a file, where a report would take a thirtieth of the start. */
function limitOfLinux(): string | undefined {
  try {
    return /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function limitOfReport(): unknown {
  // Looking up the names of connections could take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report: { userLimits?: { open_files?: { soft?: unknown } } } = process.report.getReport();
  return report.userLimits?.open_files?.soft;
}
