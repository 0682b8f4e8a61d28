import {
  type Dispatcher,
  type RequestInit,
  type Response as UndiciResponse,
  fetch as undiciFetch,
} from 'undici';
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

/** Reads an answer up to a limit. The libraries themselves would read an answer of any size. */
export function createBoundedFetch(dispatcher: Dispatcher): BoundedFetch {
  return async function boundedFetch(url, { method, headers, redirect, body, signal }) {
    const answer = await fetchAnswer(url, {
      ...{ method, redirect, dispatcher },
      // What comes compressed all the same, fetch itself decompresses.
      headers: { 'accept-encoding': 'identity', ...headers },
      // Both libraries send forms.
      ...(body instanceof URLSearchParams && { body: body.toString() }),
      ...(signal && { signal }),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength;
      if (size > maxAnswerBytes)
        throw new UnreadableAnswer(`is larger than ${byteWords(maxAnswerBytes, 'exact')}`);
      chunks.push(chunk);
    }
    const contentType = answer.headers.get('content-type') ?? undefined;
    const read = await bodyText(
      Buffer.concat(chunks),
      { contentType, contentEncoding: undefined },
      maxAnswerBytes,
    );
    // As bytes: `Response` itself reads UTF-8 and nothing else.
    return new Response(size === 0 ? null : Buffer.from(read.text), {
      status: answer.status,
      headers: [...answer.headers],
    });
  };
}

async function fetchAnswer(url: string, init: RequestInit): Promise<UndiciResponse> {
  try {
    return await undiciFetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const [fault, code] = faultOf(cause, { connected: false, answered: false });
    if (fault === 'malformed') throw new UnreadableAnswer('is not valid HTTP');
    if (fault === 'unasked')
      throw new UnreadableAnswer(`begins with a ${code} that the BFF had not asked for`);
    if (fault === 'no-tls') throw new UnreadableAnswer('is not TLS');
    throw error;
  }
}
