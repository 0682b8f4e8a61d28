import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import { createHandleStore } from '../sessions/handle-store.ts';
import type { ReturnAddress } from './return-address.ts';

/** What a window asks for when it opens the browser. */
export type WindowRequest = {
  /** The S256 challenge of a verifier that stays in the window (RFC 7636, 4.2). */
  challenge: string;
  /** Chosen by the window, and returned to it with the code. */
  state: string;
  returnAddress: ReturnAddress;
};

/** Gives a window its user's grants. The user allows it in a browser, and the window that asked redeems the code. */
export type WindowCodes = {
  /** Keeps a request while its page is shown. @returns the word by which the page's form names it. */
  ask(caller: Caller, request: WindowRequest): string;
  /** The request that the person answered. It works once, and only for the person who saw the page. */
  answered(word: string, caller: Caller): WindowRequest | undefined;
  /**
   * A code for the person's grants. It travels in a URI, so it is valid for a minute, once, and only with the verifier.
   * @param isSignedIn called when the code is redeemed: after a sign-out, the code is worthless.
   */
  issue(caller: Caller, request: Pick<WindowRequest, 'challenge'>, isSignedIn: () => boolean): string;
  /** The person who allowed it. The code is used up, whether this succeeds or not. */
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
