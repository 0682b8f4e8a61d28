import type { ServerResponse } from 'node:http';

/**
 * Answers with JSON. Express's own `json` would parse the content type again and check whether the caller has a fresh copy,
 * which is useless here: no answer of ours may be cached.
 */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
