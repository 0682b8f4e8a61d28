import { type Dispatcher, fetch as undiciFetch } from 'undici';
import { byteWords } from '../../shared/byte-words.ts';

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

/** The answer is larger than any answer that such a server should give. */
export class AnswerTooLarge extends Error {
  override readonly message = `it is larger than ${byteWords(maxAnswerBytes, 'exact')}`;
}

/** Reads an answer up to a limit. The libraries themselves would read an answer of any size. */
export function createBoundedFetch(dispatcher: Dispatcher): BoundedFetch {
  return async function boundedFetch(url, { method, headers, redirect, body, signal }) {
    const answer = await undiciFetch(url, {
      ...{ method, headers, redirect, dispatcher },
      // Both libraries send forms.
      ...(body instanceof URLSearchParams && { body: body.toString() }),
      ...(signal && { signal }),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength;
      if (size > maxAnswerBytes) throw new AnswerTooLarge();
      chunks.push(chunk);
    }
    return new Response(size === 0 ? null : Buffer.concat(chunks), {
      status: answer.status,
      headers: [...answer.headers],
    });
  };
}
