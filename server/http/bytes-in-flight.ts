import { BffError } from '../bff-error.ts';

/** The bytes that one call holds. They are released when the call ends, however it ends. */
export type HeldBytes = Disposable & {
  /** Holds more bytes. Fails if all calls together would then hold too many. */
  add(bytes: number): void;
};

/** Starts counting for one call of a caller. */
export type HoldBytes = ((caller: string) => HeldBytes) & {
  /** How many bytes all calls hold together. */
  held(): number;
};

/** The share of one caller: of everything while nobody else sends, and while others do. */
const shares = { alone: 0.9, besideOthers: 0.5 } as const;

/**
 * Limits the memory for the bodies of all calls together, from their first byte to the end of the call. One caller never
 * gets all of it, so that there is room for whoever comes next, but always enough for one body.
 */
export function limitBytesInFlight(most: number, largestBody: number): HoldBytes {
  let held = 0;
  const heldBy = new Map<string, number>();

  function shareOf(caller: string): number {
    // Of what is too little for two bodies, there is nothing to share.
    if (most < 2 * largestBody) return most;
    const others = heldBy.size - (heldBy.has(caller) ? 1 : 0);
    return Math.max(largestBody, most * (others > 0 ? shares.besideOthers : shares.alone));
  }

  function holdBytes(caller: string): HeldBytes {
    let own = 0;
    return {
      add(bytes) {
        const ofCaller = heldBy.get(caller) ?? 0;
        if (held + bytes > most) throw busy('the requests that it holds reach its limit');
        if (ofCaller + bytes > shareOf(caller))
          throw busy('your requests that it holds reach the share of one caller');
        held += bytes;
        own += bytes;
        heldBy.set(caller, ofCaller + bytes);
      },
      [Symbol.dispose]() {
        const left = (heldBy.get(caller) ?? 0) - own;
        if (left > 0) heldBy.set(caller, left);
        else heldBy.delete(caller);
        held -= own;
        own = 0;
      },
    };
  }

  return Object.assign(holdBytes, { held: () => held });
}

function busy(why: string): BffError {
  return BffError.of(
    'BUSY',
    `The BFF is busy: ${why} (MAX_BYTES_IN_FLIGHT). Nothing was sent; try again in a moment.`,
    // The rest of the body is not needed (`unread-bodies.ts`).
    { retryAfterSeconds: 1, headers: { Connection: 'close' } },
  );
}
