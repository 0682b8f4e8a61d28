import { BffError } from '../bff-error.ts';

/** The bytes that one call holds. They are given back when it ends, however it ends. */
export type HeldBytes = Disposable & {
  /** Holds so many more; fails when all calls together would then hold too many. */
  add(bytes: number): void;
};

/** Opens the account of one call. */
export type HoldBytes = () => HeldBytes;

/** Bounds what the bodies of all calls together take of memory, from their first byte to the end of the call. */
export function limitBytesInFlight(most: number): HoldBytes {
  let held = 0;
  return function holdBytes() {
    let own = 0;
    return {
      add(bytes) {
        if (held + bytes > most) {
          throw BffError.of(
            'BUSY',
            'The BFF is busy: the requests that it holds reach its limit (MAX_BYTES_IN_FLIGHT). Nothing was sent; try again in a moment.',
            // What is still on its way is of no use (`unread-bodies.ts`).
            { retryAfterSeconds: 1, headers: { Connection: 'close' } },
          );
        }
        held += bytes;
        own += bytes;
      },
      [Symbol.dispose]() {
        held -= own;
        own = 0;
      },
    };
  };
}
