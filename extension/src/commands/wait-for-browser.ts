import * as vscode from 'vscode';
import type { BrowserSignIns } from '../authentication/browser-sign-in.ts';
import { signInTitle } from './ask-for-key.ts';

const openAgain = 'Open the browser again';
const copyLink = 'Copy the link';

/**
 * Sends the user to the browser and waits for its answer. False after Escape, or once the signal ends it; what else goes
 * wrong is thrown.
 */
export async function waitForBrowser(
  origin: string,
  signIns: BrowserSignIns,
  signal: AbortSignal,
): Promise<boolean> {
  const hidden = new AbortController();
  const pick = vscode.window.createQuickPick();
  pick.title = signInTitle(origin);
  pick.placeholder = 'Waiting for your browser. Press Escape to cancel.';
  pick.ignoreFocusOut = true;
  pick.busy = true;
  pick.items = [openAgain, copyLink].map((label) => ({ label }));
  signal.addEventListener('abort', () => pick.hide());
  pick.onDidHide(() => hidden.abort());
  pick.show();
  try {
    const { link, done } = await signIns.begin(origin, hidden.signal);
    const open = async () => {
      if (await vscode.env.openExternal(vscode.Uri.parse(link))) return;
      pick.placeholder = 'Your browser did not open. Open it again, or copy the link.';
    };
    pick.onDidAccept(() => {
      void (pick.activeItems[0]?.label === copyLink ? vscode.env.clipboard.writeText(link) : open());
    });
    void open();
    await done;
    return true;
  } catch (error) {
    if (hidden.signal.aborted) return false;
    throw error;
  } finally {
    pick.dispose();
  }
}
