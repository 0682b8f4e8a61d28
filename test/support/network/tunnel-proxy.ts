import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

/** A tunnel that a client asked for: `host:port`, and the credentials for the proxy itself. */
export type Tunnel = { target: string; authorization: string | undefined; socket: Socket };

/** A proxy for `HTTPS_PROXY`. It finds its hosts by its own list, not by DNS. */
export type TunnelProxy = AsyncDisposable & {
  url: string;
  tunnels: Tunnel[];
  /** Decides what happens to later tunnels. */
  behave(how: 'open' | 'refuse' | 'hang'): void;
};

/** @param hosts ports of this machine, by `host:port`. */
export async function startTunnelProxy(hosts: Readonly<Record<string, number>>): Promise<TunnelProxy> {
  const tunnels: Tunnel[] = [];
  const sockets = new Set<Socket>();
  let manner: 'open' | 'refuse' | 'hang' = 'open';
  const server = createServer((_request, response) => {
    response.writeHead(400).end('This proxy opens tunnels alone.');
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, socket: Socket) => {
    const { url: target = '', headers } = request;
    tunnels.push({ target, authorization: headers['proxy-authorization'], socket });
    socket.on('error', () => {});
    const port = hosts[target];
    if (manner === 'hang') {
      // A socket of an HTTP server stays half open until its other half is ended as well.
      socket.resume().on('end', () => socket.end());
      return;
    }
    if (manner === 'refuse' || port === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const further = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(further).pipe(socket);
    });
    further.on('error', () => socket.destroy());
    socket.on('close', () => further.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    behave: (how) => {
      manner = how;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Terminates TLS for a server on this machine, with a certificate that only those trust who are given it. */
export type TlsFront = AsyncDisposable & { port: number; certificate: string };

export async function startTlsFront(hostname: string, target: string): Promise<TlsFront> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: hostname }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: hostname }] },
    ],
  });
  const server = createTlsServer({ cert, key }, (socket) => {
    const further = connect(Number(new URL(target).port), '127.0.0.1');
    socket.on('error', () => further.destroy()).on('close', () => further.destroy());
    further.on('error', () => socket.destroy());
    socket.pipe(further).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
