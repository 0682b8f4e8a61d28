import type { SharedCallOptions as CoreCallOptions } from '../shared/call-request.ts';
import type { ClientOptions as CoreOptions } from '../shared/client.ts';
import type { ClientErrorReason } from '../shared/client-error.ts';
import type { documentTypes } from '../shared/documents.ts';
import type { Outcome } from '../shared/errors.ts';

/** The types that Pearsana lists, and any other text. */
export type DocumentType =
  | (typeof documentTypes)[keyof typeof documentTypes][number]
  // Without this an editor would not offer the others.
  | (string & {});

/** A file: its content, or its content as base64. */
export type FileContent = string | Blob | Uint8Array;

/** The options of `createClient`. */
export interface ClientOptions extends CoreOptions {
  /**
   * How often a call is tried again where that is safe: a read, or a write that was not sent or was refused for now, with the
   * same idempotency key. Never after the outcome `unknown`, and never for rows of an import. It waits as long as
   * `Retry-After` says, at most a minute. From 0 to 10; default 2.
   */
  maxRetries?: number | undefined;
  /**
   * Called before each try, for logs and traces. It is never told an access key, an idempotency key or a body. What it throws
   * is ignored.
   */
  onRequest?: ((request: RequestFacts) => void) | undefined;
  /**
   * Called after each try, whether or not an answer came. It is never told an access key, an idempotency key or a body. What it
   * throws is ignored.
   */
  onResponse?: ((response: ResponseFacts) => void) | undefined;
}

/** What `onRequest` is told. */
export interface RequestFacts {
  /** The method of the client. */
  operation: string;
  /** The HTTP method. */
  method: string;
  /** The URL, with its query. */
  url: string;
  /** The environment of the call, if it has one. */
  environment: string | undefined;
  /** It is in the BFF's log too. */
  requestId: string;
  /** 1 for the first try. */
  attempt: number;
}

/** What `onResponse` is told. */
export interface ResponseFacts extends RequestFacts {
  /** The HTTP status, if an answer came. */
  status: number | undefined;
  durationMs: number;
  /** Why the try failed; undefined if it succeeded. */
  reason: ClientErrorReason | undefined;
  /** The BFF's or Pearsana's code, if the reason is `refused`. */
  code: string | undefined;
  /** Of a failed write. */
  outcome: Outcome | undefined;
  /** How long the client waits before it tries again; undefined if it does not. */
  retryInMs: number | undefined;
}

/** The options of every method. */
export interface SharedCallOptions extends CoreCallOptions {
  /** For this call, instead of the client's own. */
  maxRetries?: number | undefined;
}

/** The options of every method that writes. */
export interface WriteOptions extends SharedCallOptions {
  /** For a write to a protected environment: its name once more, typed by the person who wants it. */
  confirm?: string | undefined;
  /**
   * 1 to 255 visible ASCII characters that stand for this one intention. By default the client makes one for each call.
   * To retry without doing it twice, pass the `idempotencyKey` of the error.
   */
  idempotencyKey?: string | undefined;
  /** The import that this is a row of, as in `imp_…`. It was confirmed as a whole, and its rows need an idempotency key each. */
  importId?: string | undefined;
}
