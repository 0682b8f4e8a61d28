import { consentPath } from '../../../shared/sign-in.ts';
import { CommandError } from '../failures/command-failure.ts';
import { base64Url, createProof } from './pkce.ts';

export type BrowserSignInDependencies = {
  /** The extension's own URI as a browser can reach this window by it. */
  callbackUri: () => Promise<string>;
  /** Gives the code and the verifier to the BFF that was asked, and keeps the key that it gives. */
  redeem: (origin: string, code: string, verifier: string, signal: AbortSignal) => Promise<void>;
  /** For tests. */
  timeoutMs?: number;
};

/** One sign-in through the browser. */
export type BrowserSignIn = {
  /** What the browser opens. It holds no secret: a challenge, a state, and where to go back to. */
  link: string;
  /** Resolves once the key is kept; rejects with a CommandError, a ClientError, or why the signal was aborted. */
  done: Promise<void>;
};

/** The sign-ins that this window waits for. Each ends: by the browser's answer, by its user, or by the clock. */
export type BrowserSignIns = {
  begin(origin: string, signal: AbortSignal): Promise<BrowserSignIn>;
  /** Takes a URI that the editor was opened with. False where this window asked for none such. */
  handle(uri: { path: string; query: string }): boolean;
};

export const callbackPath = '/signed-in';
const defaultTimeoutMs = 5 * 60_000;

export function createBrowserSignIns(dependencies: BrowserSignInDependencies): BrowserSignIns {
  const { callbackUri, redeem, timeoutMs = defaultTimeoutMs } = dependencies;
  // By their state, so that what another window asked for, or nobody, is found not to be ours.
  const waiting = new Map<string, (answer: URLSearchParams) => void>();

  function wait(state: string, signal: AbortSignal): Promise<URLSearchParams> {
    return new Promise<URLSearchParams>((resolve, reject) => {
      const timer = setTimeout(() => {
        const minutes = Math.round(timeoutMs / 60_000);
        settle(() =>
          reject(
            new CommandError(
              'SIGN_IN_TIMED_OUT',
              `No answer came from the browser within ${minutes} minutes.`,
            ),
          ),
        );
      }, timeoutMs);
      const giveUp = () => settle(() => reject(signal.reason));
      function settle(how: () => void): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        // Once: a link that is opened again finds nobody.
        waiting.delete(state);
        how();
      }
      waiting.set(state, (answer) => settle(() => resolve(answer)));
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
    });
  }

  return {
    async begin(origin, signal) {
      const { state, verifier, challenge } = await createProof();
      // In letters that stay as they are: editors encode anew what they open.
      const redirectUri = base64Url(new TextEncoder().encode(await callbackUri()));
      const query = new URLSearchParams({ challenge, state, redirect_uri: redirectUri });
      const done = wait(state, signal).then(async (answer) => {
        const code = answer.get('code');
        if (code === null) throw new CommandError('SIGN_IN_DENIED', 'You did not allow VS Code to sign in.');
        await redeem(origin, code, verifier, signal);
      });
      // Whoever began it may still be busy with opening the browser.
      done.catch(() => {});
      return { link: `${origin}${consentPath}?${query}`, done };
    },

    handle({ path, query }) {
      const answer = new URLSearchParams(query);
      const state = answer.get('state') ?? '';
      const ours = path === callbackPath ? waiting.get(state) : undefined;
      ours?.(answer);
      return ours !== undefined;
    },
  };
}
