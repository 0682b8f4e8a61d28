import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type RequestListener, request as sendRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate for the names of loopback, made for one test; `file` is for `NODE_EXTRA_CA_CERTS`. */
export type Certificate = AsyncDisposable & { key: string; cert: string; file: string };

export async function makeCertificate(): Promise<Certificate> {
  const altNames = [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
  ] as const;
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [...altNames] }],
  });
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const file = join(folder, 'certificate.pem');
  await writeFile(file, pems.cert);
  return {
    ...{ key: pems.private, cert: pems.cert, file },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export type HttpsServer = AsyncDisposable & { port: number };

/** Serves on loopback over TLS, under each of its names. */
export async function startHttps(
  { key, cert }: Certificate,
  handle: RequestListener = () => {},
): Promise<HttpsServer & { handle(next: RequestListener): void }> {
  let current = handle;
  const server = createServer({ key, cert }, (request, response) => current(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    handle(next) {
      current = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A request as it passed a proxy, and the status of its answer. */
export type Passed = { method: string; path: string; headers: IncomingHttpHeaders; status: number };

/** Passes requests on to a BFF and terminates TLS, as an operator's proxy does; records what it passed on. */
export function passOnTo(target: string, passed: Passed[]): RequestListener {
  return (request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    const forwarded = { ...headers, 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'https' };
    const onward = sendRequest(target + path, { method, headers: forwarded }, (answer) => {
      passed.push({ method, path, headers, status: answer.statusCode ?? 0 });
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
}
