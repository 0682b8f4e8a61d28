import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A connection to something, which can fail as networks do. */
export type Relay = AsyncDisposable & {
  port: number;
  /** `stall` keeps connections open, takes new ones, and passes nothing on; `pass` goes on with what was held up. */
  behave(how: 'pass' | 'stall'): void;
  /** What happens once, when the next bytes of an answer come; its connection then belongs to `trouble`. */
  atNextAnswer(trouble: Trouble): void;
};

/** @param near the connection of who asked @param far that of who answers @param begun the first bytes of the answer */
export type Trouble = (near: Socket, far: Socket, begun: Buffer) => void;

/** Passes bytes on to a port of this machine. */
export async function startRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let stalled = false;
  let trouble: Trouble | undefined;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', function pass(bytes) {
        const begins = from === far ? trouble : undefined;
        if (begins === undefined) to.write(bytes);
        else {
          trouble = undefined;
          from.off('data', pass);
          begins(near, far, bytes);
        }
      });
      from.once('error', () => {});
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (stalled) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    behave(how) {
      stalled = how === 'stall';
      for (const socket of sockets) stalled ? socket.pause() : socket.resume();
    },
    atNextAnswer(given) {
      trouble = given;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
