import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../callers/caller.ts';
import type { OpenHandles } from '../sessions/handle-store.ts';
import type { Session } from '../sessions/sessions.ts';
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
  ask(caller: Caller, request: WindowRequest): Promise<string>;
  /** The request that the person answered. It works once, and only for the person who saw the page. */
  answered(word: string, caller: Caller): Promise<WindowRequest | undefined>;
  /**
   * A code for the person's grants. It travels in a URI, so it is valid for a minute, once, and only with the verifier.
   */
  issue(session: Session, request: Pick<WindowRequest, 'challenge'>): Promise<string>;
  /**
   * The person who allowed it, if they are still signed in: that is for the caller to check. The code is used up, whether
   * this succeeds or not.
   */
  redeem(code: string, verifier: string): Promise<Session | undefined>;
};

const pageSeconds = 600;
const codeSeconds = 60;
const mostAtOnce = 10_000;

export function createWindowCodes(openHandles: OpenHandles): WindowCodes {
  const pages = openHandles<{ callerId: string; request: WindowRequest }>('window-page', {
    ...{ most: mostAtOnce, lifetimeSeconds: pageSeconds, renewed: false },
  });
  const codes = openHandles<Session & { challenge: string }>('window-code', {
    ...{ most: mostAtOnce, lifetimeSeconds: codeSeconds, renewed: false },
  });

  return {
    ask: ({ id }, request) => pages.issue({ callerId: id, request }),
    async answered(word, { id }) {
      if ((await pages.find(word))?.callerId !== id) return undefined;
      return (await pages.take(word))?.request;
    },
    issue: ({ caller, presence }, { challenge }) => codes.issue({ caller, presence, challenge }),
    async redeem(code, verifier) {
      const found = await codes.take(code);
      if (!found || !isChallengeOf(verifier, found.challenge)) return undefined;
      return { caller: found.caller, presence: found.presence };
    },
  };
}

function isChallengeOf(verifier: string, challenge: string): boolean {
  const digest = createHash('sha256').update(verifier).digest();
  const expected = Buffer.from(challenge, 'base64url');
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}
