import type { Dispatcher } from 'undici';
import { byteWords } from '../../shared/byte-words.ts';
import { neverConnected } from '../../shared/never-connected.ts';
import { type BodyText, bodyText } from './body-text.ts';
import { maxHeaderBytes } from './connections.ts';
import { withOwnHeaders } from './own-headers.ts';
import { faultOf, type TransportFault } from './transport.ts';

const maxAnswerBytes = 64 * 1024;

/** What came in place of an answer that can be read, as the end of a sentence about it. */
export class UnreadableAnswer extends Error {}

/** An answer whose body has at most 64 KB. Where the body cannot be read, its status still says something. */
export type BoundedAnswer = BodyText & {
  status: number;
  /** All headers, by their lower-case names. One that came twice is a list. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The first value of a header, by its lower-case name. */
  header(name: string): string | undefined;
};

type BoundedRequest = {
  method: Dispatcher.HttpMethod;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  signal: AbortSignal | null;
};

/** Sends one request, over undici alone, and reads its answer up to the limit. Follows no redirect. */
export async function boundedExchange(
  dispatcher: Dispatcher,
  url: string,
  { method, headers, body, signal }: BoundedRequest,
): Promise<BoundedAnswer> {
  const { origin, pathname, search } = new URL(url);
  try {
    const answer = await dispatcher.request({
      ...{ origin, path: pathname + search, method, body, signal },
      headers: withOwnHeaders(headers),
    });
    return await readAnswer(answer);
  } catch (error) {
    throw whyUnreadable(error) ?? error;
  }
}

async function readAnswer(answer: Dispatcher.ResponseData): Promise<BoundedAnswer> {
  const header = (name: string) => [answer.headers[name]].flat()[0];
  const facts = { status: answer.statusCode, headers: answer.headers, header };
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes)
      return { ...facts, text: '', unreadable: `is larger than ${byteWords(maxAnswerBytes, 'exact')}` };
    chunks.push(chunk);
  }
  const read = await bodyText(
    Buffer.concat(chunks),
    { contentType: header('content-type'), contentEncoding: header('content-encoding') },
    maxAnswerBytes,
  );
  return { ...facts, ...read };
}

/** The `fetch` that the library for OpenID expects. */
type FetchInit = {
  method: string;
  headers: Record<string, string>;
  redirect: 'manual';
  body?: unknown;
  signal?: AbortSignal;
};
export type BoundedFetch = (url: string, init: FetchInit) => Promise<Response>;

/**
 * The library itself would read an answer of any size. `Response` loads Node's own copy of undici, so it is used only where
 * people sign in.
 */
export function createBoundedFetch(dispatcher: Dispatcher): BoundedFetch {
  return async function boundedFetch(url, { method, headers, body, signal }) {
    const answer = await boundedExchange(dispatcher, url, {
      method: method as Dispatcher.HttpMethod,
      headers,
      // The library sends forms.
      body: body instanceof URLSearchParams ? body.toString() : null,
      signal: signal ?? null,
    });
    if (answer.unreadable !== undefined) throw new UnreadableAnswer(answer.unreadable);
    // As bytes: `Response` itself reads UTF-8 and nothing else.
    return new Response(answer.text === '' ? null : Buffer.from(answer.text), {
      status: answer.status,
      headers: Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      ),
    });
  };
}

/** What came, as the end of a sentence about it. Other failures are those of the connection. */
const unreadable: Partial<Record<TransportFault, string>> = {
  malformed: 'is not valid HTTP',
  'too-large': `has headers larger than ${byteWords(maxHeaderBytes, 'exact')}`,
  'no-tls': 'is not TLS',
};

function whyUnreadable(error: unknown): UnreadableAnswer | undefined {
  const [fault, code] = faultOf(error, { connected: !neverConnected(error), answered: false });
  const why =
    fault === 'unasked' ? `begins with a ${code} that the BFF had not asked for` : unreadable[fault];
  return why === undefined ? undefined : new UnreadableAnswer(why);
}
