import * as vscode from 'vscode';
import type { BrowserSignIns } from '../authentication/browser-sign-in.ts';
import { callerWords } from '../authentication/session-store.ts';
import type { Backend } from '../backend.ts';
import type { CommandHandlers } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import type { Event } from '../event.ts';
import { showMessage } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { timeWords } from '../time-words.ts';
import { askForKey, signInTitle } from './ask-for-key.ts';
import { readAccessKeyArgument } from './command-arguments.ts';
import { waitForBrowser } from './wait-for-browser.ts';

export type SignInDependencies = {
  backend: Backend;
  browser: BrowserSignIns;
  list: EnvironmentList;
  situation: () => Situation;
  /** The setting names another URL, or none that can be used. */
  onDidChangeUrl: Event<void>;
  /** Whether this is a test of the extension. */
  inTest: boolean;
};

const inBrowser = 'In the browser';

/** Signs in, in the browser where the BFF offers that, or with an access key. */
export function createSignInCommand(dependencies: SignInDependencies): CommandHandlers['pearsana.signIn'] {
  const { backend, browser, list, situation, onDidChangeUrl, inTest } = dependencies;

  /** The way that the user chooses, at this address and until the signal ends it. False after Escape. */
  async function askAt(origin: string, signal: AbortSignal): Promise<boolean> {
    const trying = { location: vscode.ProgressLocation.Window, title: `Pearsana: trying ${origin}…` };
    const methods = await vscode.window.withProgress(trying, () => backend.signInMethods(origin, signal));
    if (methods.includes('browser')) {
      const ways = [
        { label: inBrowser, detail: 'With your organisation’s sign-in, for a few hours' },
        { label: 'With an access key', detail: 'From “npm start”, or from your BFF administrator' },
      ];
      const title = signInTitle(origin);
      const way = await vscode.window.showQuickPick(ways, { title, ignoreFocusOut: true });
      if (!way || signal.aborted) return false;
      if (way.label === inBrowser) return waitForBrowser(origin, browser, signal);
    }
    return askForKey(origin, backend, situation, signal);
  }

  /** False after Escape. When the setting names another BFF meanwhile, it says so and starts anew there. */
  async function ask(): Promise<boolean> {
    for (;;) {
      // A wrong URL is said before anybody looks for a key, and so is one where nobody answers.
      const origin = backend.origin();
      const moving = new AbortController();
      const { signal } = moving;
      const subscription = onDidChangeUrl(() => moving.abort());
      try {
        const signedIn = await askAt(origin, signal);
        if (!signal.aborted) return signedIn;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        subscription.dispose();
      }
      showMessage('warning', `The BFF’s URL was changed to ${backend.origin()}. Sign in there.`);
    }
  }

  return tellFailures(
    situation,
    async (argument?: unknown) => {
      const given = readAccessKeyArgument(argument, { inTest });
      if (given !== undefined) await backend.signIn(backend.origin(), given);
      else if (!(await ask())) return undefined;
      await list.load();
      const signedIn = await backend.session();
      const { origin: signedInTo = backend.origin(), session } = signedIn ?? {};
      const until = session?.expiresAt === undefined ? '' : `, until ${timeWords(session.expiresAt)}`;
      const who = session ? ` (${callerWords(session.caller)}${until})` : '';
      showMessage('information', `Signed in to ${signedInTo}${who}`);
      return { signedInTo };
    },
    () => ({ title: 'Retry', command: 'pearsana.signIn' }),
  );
}
