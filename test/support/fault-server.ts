import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One request as it arrived. */
export type Arrived = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
};

/** How one request is answered; what isn't said is a plain, immediate 200. */
export type Reply = {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
  delayMs?: number;
  /** Answers once this has come true. */
  after?: Promise<void>;
  /** How long the body is left unread; so much of it as fits into the system's buffers arrives all the same. */
  unreadMs?: number;
  /** Sends the body in pieces of one byte, this far apart. */
  dripMs?: number;
  /** What `Content-Length` claims, whatever the body holds; the connection is then closed. */
  claimedLength?: number;
  /** `hang` never answers; the others cut the connection with a reset instead of answering. */
  fault?: 'hang' | 'reset-before-body' | 'reset-after-body';
};

/** A reply, or what makes one of the request. */
export type Script = Reply | ((arrived: Arrived) => Reply);

/** One half of the partner: what it was sent, and what it answers. */
export type FaultSide = {
  url: string;
  arrivals: Arrived[];
  count(path: string): number;
  /** From now on. */
  always(script: Script): void;
  /** For the next requests, one each, before the general rule applies again. */
  next(...scripts: Script[]): void;
};

/** A partner that misbehaves as told: an authorisation server and an API on loopback. */
export type FaultServer = { auth: FaultSide; api: FaultSide; stop(): Promise<void> } & AsyncDisposable;

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
  return { auth: auth.side, api: api.side, stop, [Symbol.asyncDispose]: stop };
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
  let rule = general;
  const server = createServer((request, response) => {
    // A connection that the other end cuts ends its request here; nobody waits for the answer any more.
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const arrived: Arrived = { method, path: url, headers, body: '' };
    arrivals.push(arrived);
    const script = queue.shift() ?? rule;
    if (typeof script !== 'function' && script.fault === 'reset-before-body') {
      request.socket.resetAndDestroy();
      return;
    }
    if (typeof script !== 'function' && script.unreadMs !== undefined) await delay(script.unreadMs);
    for await (const chunk of request.setEncoding('utf8')) arrived.body += chunk;
    const reply = typeof script === 'function' ? script(arrived) : script;
    await reply.after;
    if (reply.delayMs !== undefined) await delay(reply.delayMs);
    if (reply.fault === 'hang') return;
    if (reply.fault === 'reset-after-body') request.socket.resetAndDestroy();
    else await send(response, reply);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const side: FaultSide = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    count: (path) => arrivals.filter((each) => each.path === path).length,
    always: (script) => {
      rule = script;
    },
    next: (...scripts) => {
      queue.push(...scripts);
    },
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
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
