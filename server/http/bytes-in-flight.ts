import { BffError } from '../bff-error.ts';

/** The bytes that one call holds. They are released when the call ends, however it ends. */
export type HeldBytes = Disposable & {
  /** Holds more bytes. Fails if all calls together would then hold too many. */
  add(bytes: number): void;
};

/** Starts counting for one call. */
export type HoldBytes = () => HeldBytes;

/** Limits the memory for the bodies of all calls together, from their first byte to the end of the call. */
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
            // The rest of the body is not needed (`unread-bodies.ts`).
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
