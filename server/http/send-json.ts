import type { ServerResponse } from 'node:http';

/**
 * Answers with JSON. Express's own `json` would parse the content type that it has just set and look whether the caller
 * holds a fresh copy: for nothing, since no answer of ours is kept by anybody.
 */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
