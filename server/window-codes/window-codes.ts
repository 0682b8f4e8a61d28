import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import { createHandleStore } from '../sessions/handle-store.ts';
import type { ReturnAddress } from './return-address.ts';

/** What a window asks for when it sends its user to the browser. */
export type WindowRequest = {
  /** S256 of a verifier that has not left the window (RFC 7636, 4.2). */
  challenge: string;
  /** The window's own; it goes back with the code. */
  state: string;
  returnAddress: ReturnAddress;
};

/** Lends a window its user's grants: asked for in a browser, allowed there, and redeemed by the window that asked. */
export type WindowCodes = {
  /** Keeps what was asked while its page is shown, and gives the word by which the page's form names it. */
  ask(caller: Caller, request: WindowRequest): string;
  /** What the person saw and answered; once, and only to who saw it. */
  answered(word: string, caller: Caller): WindowRequest | undefined;
  /**
   * A code for what the person may do. It goes by a URI, so it is good for a minute, once, and with the verifier.
   * @param isSignedIn asked when it is redeemed: who has signed out meanwhile lends nothing.
   */
  issue(caller: Caller, request: Pick<WindowRequest, 'challenge'>, isSignedIn: () => boolean): string;
  /** Who allowed it. Whatever comes of it, the code is used up. */
  redeem(code: string, verifier: string): Caller | undefined;
};

const pageSeconds = 600;
const codeSeconds = 60;
const mostAtOnce = 10_000;

export function createWindowCodes(clock: Clock): WindowCodes {
  const pages = createHandleStore<{ callerId: string; request: WindowRequest }>({
    ...{ most: mostAtOnce, lifetimeSeconds: pageSeconds, renewed: false, clock },
  });
  const codes = createHandleStore<{ caller: Caller; challenge: string; isSignedIn: () => boolean }>({
    ...{ most: mostAtOnce, lifetimeSeconds: codeSeconds, renewed: false, clock },
  });

  return {
    ask: ({ id }, request) => pages.issue({ callerId: id, request }),
    answered(word, { id }) {
      const page = pages.find(word);
      if (page?.callerId !== id) return undefined;
      pages.drop(word);
      return page.request;
    },
    issue: (caller, { challenge }, isSignedIn) => codes.issue({ caller, challenge, isSignedIn }),
    redeem(code, verifier) {
      const found = codes.find(code);
      codes.drop(code);
      if (!found || !isChallengeOf(verifier, found.challenge)) return undefined;
      return found.isSignedIn() ? found.caller : undefined;
    },
  };
}

function isChallengeOf(verifier: string, challenge: string): boolean {
  const digest = createHash('sha256').update(verifier).digest();
  const expected = Buffer.from(challenge, 'base64url');
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}
