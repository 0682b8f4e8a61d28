import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../scripts/free-port.ts';

/** One request as it arrived. */
export type Arrived = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
};

/** How one request is answered; by default with a plain, immediate 200. */
export type Reply = {
  status?: number;
  /** A list is sent as one header for each of its values. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON. */
  body?: string | object;
  delayMs?: number;
  /** Answers once this promise is kept. */
  after?: Promise<void>;
  /** How long the body is left unread. The part that fits in the system's buffers still arrives. */
  unreadMs?: number;
  /** Sends the body in pieces of one byte, this far apart. */
  dripMs?: number;
  /** The claimed `Content-Length`, whatever the body's size. The connection is then closed. */
  claimedLength?: number;
  /** `hang` never answers; the others cut the connection with a reset instead of answering. */
  fault?: 'hang' | 'reset-before-body' | 'reset-after-body';
};

/** A reply, or a function from the request to a reply; a promise delays the answer until it is kept. */
export type Script = Reply | ((arrived: Arrived) => Reply | Promise<Reply>);

/** One half of Pearsana (the API or the authorisation server): what it received, and what it answers. */
export type FaultSide = {
  url: string;
  arrivals: Arrived[];
  count(path: string): number;
  /** Applies to all later requests. */
  always(script: Script): void;
  /** Apply to the next requests, one each; after them the general rule applies again. */
  next(...scripts: Script[]): void;
  /** Called for all later requests once their head has arrived. If it returns a reply, the body is never read. */
  early(script: (arrived: Arrived) => Reply | undefined): void;
  /** Resets this many of the next connections as soon as they are open. */
  resetConnections(count: number): void;
  /** Resets a connection at its next request if it was idle for this long, as if its end and the request had crossed. */
  resetIdleAfter(ms: number): void;
  /** Closes everything; nobody listens until `comeBack`, which uses the same port. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** How many are open now, were open at most, and were cut by the other end before it had its whole answer. */
  connections: { now: number; most: number; cut: number };
};

/** A partner that misbehaves as told: an authorisation server and an API on loopback, and the URLs of both. */
export type FaultServer = {
  auth: FaultSide;
  api: FaultSide;
  authUrl: string;
  apiUrl: string;
  stop(): Promise<void>;
} & AsyncDisposable;

export async function startFaultServer(): Promise<FaultServer> {
  let tokens = 0;
  const auth = await startSide(({ body }) => {
    tokens += 1;
    return tokenReply(`token-${tokens}`, { scope: new URLSearchParams(body).get('scope') ?? '' });
  });
  const api = await startSide(({ path }) => ({ body: path === '/ping' ? pong : { status: 'ok' } }));
  const stop = async () => {
    await Promise.all([auth.close(), api.close()]);
  };
  return {
    auth: auth.side,
    api: api.side,
    authUrl: auth.side.url,
    apiUrl: api.side.url,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A good token answer, unless `changed`. */
export function tokenReply(token: string, changed: object = {}): Reply {
  return { body: { access_token: token, token_type: 'Bearer', expires_in: 3600, ...changed } };
}

/** The documented answer to a ping. */
export const pong = {
  status: 'ok',
  message: 'Authorized',
  clientId: 'a-client',
  scopes: ['pearsana-partner/ping'],
};

/** The documented answer to an invitation. */
export const invited = {
  invitation: {
    invitationId: 'inv_1',
    status: 'pending',
    userState: 'new',
    creationDateTime: '2026-01-30T00:00:00Z',
  },
};

async function startSide(general: Script) {
  const arrivals: Arrived[] = [];
  const queue: Script[] = [];
  const connections = { now: 0, most: 0, cut: 0 };
  /** When the connection's last answer ended. */
  const idleSince = new WeakMap<Socket, number>();
  const resetByUs = new WeakSet<Socket>();
  let rule = general;
  let early: (arrived: Arrived) => Reply | undefined = () => undefined;
  let toReset = 0;
  let mostIdleMs = Number.POSITIVE_INFINITY;
  const server = createServer((request, response) => {
    // A connection that the other end cuts ends its request here; nobody waits for the answer any more.
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    if (toReset > 0) {
      toReset -= 1;
      socket.resetAndDestroy();
      return;
    }
    connections.now += 1;
    connections.most = Math.max(connections.most, connections.now);
    socket.once('close', () => {
      connections.now -= 1;
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, socket } = request;
    if (performance.now() - (idleSince.get(socket) ?? Number.POSITIVE_INFINITY) >= mostIdleMs) {
      socket.resetAndDestroy();
      return;
    }
    response.once('close', () => {
      idleSince.set(socket, performance.now());
      if (!response.writableFinished && !resetByUs.has(socket)) connections.cut += 1;
    });
    const arrived: Arrived = { method, path: url, headers, body: '' };
    arrivals.push(arrived);
    const first = early(arrived);
    if (first) {
      await carryOut(first, response);
      return;
    }
    const script = queue.shift() ?? rule;
    if (typeof script !== 'function' && script.fault === 'reset-before-body') {
      await carryOut(script, response);
      return;
    }
    if (typeof script !== 'function' && script.unreadMs !== undefined) await delay(script.unreadMs);
    for await (const chunk of request.setEncoding('utf8')) arrived.body += chunk;
    const reply = typeof script === 'function' ? await script(arrived) : script;
    await reply.after;
    await carryOut(reply, response);
  }

  async function carryOut(reply: Reply, response: ServerResponse): Promise<void> {
    if (reply.delayMs !== undefined) await delay(reply.delayMs);
    if (reply.fault === 'hang') return;
    if (reply.fault === undefined) await send(response, reply);
    else if (response.socket) {
      resetByUs.add(response.socket);
      response.socket.resetAndDestroy();
    }
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(await freePort());
  const { port } = server.address() as AddressInfo;
  const side: FaultSide = {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    connections,
    count: (path) => arrivals.filter((each) => each.path === path).length,
    always: (script) => {
      rule = script;
    },
    next: (...scripts) => {
      queue.push(...scripts);
    },
    early: (script) => {
      early = script;
    },
    resetConnections: (count) => {
      toReset = count;
    },
    resetIdleAfter: (ms) => {
      mostIdleMs = ms;
    },
    leave: close,
    comeBack: () => listen(port),
  };
  return { side, close };
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const isText = typeof reply.body === 'string';
  const text = isText ? String(reply.body) : JSON.stringify(reply.body ?? {});
  response.writeHead(reply.status ?? 200, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...reply.headers,
    ...(reply.claimedLength !== undefined && { 'content-length': String(reply.claimedLength) }),
  });
  if (reply.dripMs !== undefined) {
    for (const byte of text) {
      response.write(byte);
      await delay(reply.dripMs);
      if (response.destroyed) return;
    }
  }
  if (reply.claimedLength === undefined) response.end(reply.dripMs === undefined ? text : undefined);
  else response.write(text, () => response.socket?.end());
}
