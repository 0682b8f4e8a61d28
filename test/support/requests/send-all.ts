import { Agent, request as openRequest } from 'node:http';
import type { Sent } from './good-requests.ts';

/** A request and its answer: status line, headers and body in one text. `status` is 0 if no answer came. */
export type Recorded = { sent: Sent; status: number; answer: string };

/** Sends requests over this many kept connections, and records the answers in the order of their arrival. */
export async function sendAll(url: string, requests: readonly Sent[], connections = 8): Promise<Recorded[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const recorded: Recorded[] = [];
  const left = requests.values();
  const work = async () => {
    // The connections share one iterator: each takes the next request when it has its answer.
    for (const sent of left) recorded.push({ sent, ...(await sendOne(url, sent, agent)) });
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return recorded;
}

function sendOne(url: string, sent: Sent, agent: Agent): Promise<Omit<Recorded, 'sent'>> {
  const { hostname, port } = new URL(url);
  const { method, path, body = '' } = sent;
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
  const headers = { ...sent.headers, ...length };
  return new Promise((resolve) => {
    const request = openRequest({ hostname, port, method, path, headers, agent, timeout: 10_000 });
    // A server that refuses a body while it arrives may cut the connection before we read the answer.
    request.on('error', () => resolve({ status: 0, answer: '' }));
    request.on('timeout', () => request.destroy());
    request.on('response', (response) => {
      const { statusCode = 0, statusMessage, rawHeaders } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('close', () => {
        const answer = `${statusCode} ${statusMessage}\n${rawHeaders.join('\n')}\n\n${text}`;
        resolve({ status: statusCode, answer });
      });
    });
    request.end(body);
  });
}
