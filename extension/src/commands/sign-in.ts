import * as vscode from 'vscode';
import type { Backend } from '../backend.ts';
import { accessKeyFault, readAccessKeyArgument } from '../command-arguments.ts';
import { failureOf } from '../command-failure.ts';
import type { CommandHandlers } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { explain, sentencesOf } from '../explain-failure.ts';
import { nextSteps } from '../next-step.ts';
import { showFailure, take } from '../show-message.ts';
import type { Situation } from '../situation.ts';

export type SignInDependencies = {
  backend: Backend;
  list: EnvironmentList;
  situation: () => Situation;
  /** Whether this is a test of the extension. */
  inTest: boolean;
};

/** Asks for the access key until the BFF takes one, and keeps that one. */
export function createSignInCommand(dependencies: SignInDependencies): CommandHandlers['pearsana.signIn'] {
  const { backend, list, situation, inTest } = dependencies;
  return async (argument) => {
    try {
      const given = readAccessKeyArgument(argument, { inTest });
      const signedInTo =
        given === undefined ? await askForKey(backend, situation) : await backend.signIn(given);
      if (signedInTo === undefined) return undefined;
      list.invalidate();
      await list.load();
      void vscode.window.showInformationMessage(`Signed in to the BFF at ${signedInTo}.`);
      return { signedInTo };
    } catch (error) {
      const failure = failureOf(error);
      showFailure(explain(failure, situation()), failure.requestId);
      return { error: failure };
    }
  };
}

/** The origin that the key is good for; undefined after Escape. */
async function askForKey(backend: Backend, situation: () => Situation): Promise<string | undefined> {
  // A wrong address is said before anybody looks for a key.
  const origin = backend.origin();
  const box = vscode.window.createInputBox();
  box.title = `Sign in to the Pearsana BFF at ${origin}`;
  box.prompt = 'The terminal where “npm start” runs shows the key; else ask whoever runs the BFF.';
  box.placeholder = 'Access key';
  box.password = true;
  box.ignoreFocusOut = true;
  box.buttons = [
    { iconPath: new vscode.ThemeIcon('gear'), tooltip: 'Open the setting of the BFF’s address' },
  ];

  const hidden = new AbortController();
  try {
    return await new Promise<string | undefined>((resolve) => {
      box.onDidTriggerButton(() => void take(nextSteps.openSetting));
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
          resolve(await backend.signIn(accessKey, hidden.signal));
        } catch (error) {
          // The box stays, with what was typed: correct it, or start the BFF, and press Enter again.
          if (!hidden.signal.aborted)
            box.validationMessage = sentencesOf(explain(failureOf(error), situation()));
        } finally {
          box.busy = false;
        }
      });
      box.onDidHide(() => {
        hidden.abort();
        resolve(undefined);
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
}
