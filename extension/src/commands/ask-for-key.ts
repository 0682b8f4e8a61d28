import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import { failureOf } from '../failures/command-failure.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import { remedies } from '../failures/remedies.ts';
import { applyRemedy } from '../failures/show-message.ts';
import type { Situation } from '../failures/situation.ts';
import { accessKeyFault } from './command-arguments.ts';

/** Every box of a sign-in shows the address that it is for. */
export function signInTitle(origin: string): string {
  return `Sign in to the Pearsana BFF at ${origin}`;
}

/** Asks for the access key until the BFF takes one. False after Escape, or once the signal ends it. */
export async function askForKey(
  origin: string,
  backend: Backend,
  situation: () => Situation,
  signal: AbortSignal,
): Promise<boolean> {
  const box = vscode.window.createInputBox();
  box.title = signInTitle(origin);
  box.prompt = 'Paste the access key shown by “npm start”, or ask your BFF administrator.';
  box.placeholder = 'Access key';
  box.password = true;
  box.ignoreFocusOut = true;
  box.buttons = [{ iconPath: new vscode.ThemeIcon('gear'), tooltip: 'Change the BFF’s URL in the settings' }];

  const hidden = new AbortController();
  try {
    return await new Promise<boolean>((resolve) => {
      box.onDidTriggerButton(() => void applyRemedy(remedies.changeUrl));
      box.onDidChangeValue(() => {
        box.validationMessage = undefined;
      });
      box.onDidAccept(async () => {
        if (box.busy) return;
        const accessKey = box.value.trim();
        const fault = accessKeyFault(accessKey);
        if (fault !== undefined) {
          box.validationMessage = fault;
          return;
        }
        box.busy = true;
        try {
          await backend.signIn(origin, accessKey, hidden.signal);
          resolve(true);
        } catch (error) {
          // The box stays, with what was typed: correct it, or start the BFF, and press Enter again.
          if (!hidden.signal.aborted)
            box.validationMessage = sentencesOf(explain(failureOf(error), situation()));
        } finally {
          box.busy = false;
        }
      });
      signal.addEventListener('abort', () => box.hide());
      box.onDidHide(() => {
        hidden.abort();
        resolve(false);
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
}
