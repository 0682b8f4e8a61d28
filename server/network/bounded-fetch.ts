import type { Dispatcher } from 'undici';
import { byteWords } from '../../shared/byte-words.ts';
import { bodyText } from './body-text.ts';
import { faultOf } from './transport.ts';

/** The `fetch` that the libraries for OAuth and OpenID expect. */
export type FetchInit = {
  method: string;
  headers: Record<string, string>;
  redirect: 'manual';
  body?: unknown;
  signal?: AbortSignal;
};
export type BoundedFetch = (url: string, init: FetchInit) => Promise<Response>;

const maxAnswerBytes = 64 * 1024;

/** What came in place of an answer that can be read, as the end of a sentence about it. */
export class UnreadableAnswer extends Error {}

/**
 * Reads an answer up to a limit. The libraries themselves would read an answer of any size. It needs no more of undici than
 * the calls to Pearsana do: all that a browser's `fetch` does besides would take a tenth of the start to load.
 */
export function createBoundedFetch(dispatcher: Dispatcher): BoundedFetch {
  return async function boundedFetch(url, { method, headers, body, signal }) {
    const { origin, pathname, search } = new URL(url);
    const answer = await answerOf(dispatcher, {
      ...{ origin, path: pathname + search, method: method as Dispatcher.HttpMethod },
      headers: { 'accept-encoding': 'identity', ...headers },
      // Both libraries send forms.
      ...(body instanceof URLSearchParams && { body: body.toString() }),
      ...(signal && { signal }),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.byteLength;
      if (size > maxAnswerBytes)
        throw new UnreadableAnswer(`is larger than ${byteWords(maxAnswerBytes, 'exact')}`);
      chunks.push(chunk);
    }
    const first = (name: string) => [answer.headers[name]].flat()[0];
    const read = await bodyText(
      Buffer.concat(chunks),
      { contentType: first('content-type'), contentEncoding: first('content-encoding') },
      maxAnswerBytes,
    );
    if (read.unreadable !== undefined) throw new UnreadableAnswer(read.unreadable);
    // As bytes: `Response` itself reads UTF-8 and nothing else.
    return new Response(size === 0 ? null : Buffer.from(read.text), {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      ),
    });
  };
}

async function answerOf(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await dispatcher.request(options);
  } catch (error) {
    const [fault, code] = faultOf(error, { connected: false, answered: false });
    if (fault === 'malformed') throw new UnreadableAnswer('is not valid HTTP');
    if (fault === 'unasked')
      throw new UnreadableAnswer(`begins with a ${code} that the BFF had not asked for`);
    if (fault === 'no-tls') throw new UnreadableAnswer('is not TLS');
    throw error;
  }
}
