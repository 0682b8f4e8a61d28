import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Answer, TestBff } from '../../support/bff/test-bff.ts';
import { operationPath } from '../../support/requests/paths.ts';
import type { WriteName } from '../../support/requests/write-samples.ts';

/** A header that is undefined is left out. */
export type Headers = Record<string, string | undefined>;

export function headersOf({ accessKey }: Pick<TestBff, 'accessKey'>, more: Headers = {}): [string, string][] {
  const headers = { Authorization: `Bearer ${accessKey}`, 'Content-Type': 'application/json', ...more };
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** Sends these bytes to a row as they are, with no header that isn't asked for: `fetch` would add a content type. */
export async function postWrite(
  bff: TestBff,
  name: WriteName,
  body: string | Buffer,
  headers: Headers = {},
): Promise<Answer> {
  const sent = request(bff.url + operationPath(name, 'sandbox'), {
    method: 'POST',
    agent: false,
    headers: Object.fromEntries(headersOf(bff, headers)),
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // After an early answer, the sender may still be writing when the other end closes.
  sent.on('error', () => {});
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  const received = Object.entries(response.headers).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return {
    status: response.statusCode ?? 0,
    headers: new globalThis.Headers(received),
    text,
    body: JSON.parse(text),
  };
}
