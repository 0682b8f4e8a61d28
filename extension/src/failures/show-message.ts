import * as vscode from 'vscode';
import { type Explanation, sentencesOf } from './explain-failure.ts';
import type { Remedy } from './remedies.ts';
import { type ShownText, showText } from './show-text.ts';

/** A button of a message. */
export type Button = { title: string; act: () => unknown };

/** Shows a message with its buttons. Nobody waits for the click. */
export function showMessage(
  severity: 'information' | 'warning' | 'error',
  message: string,
  buttons: readonly Button[] = [],
): void {
  const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
  const show = { information: showInformationMessage, warning: showWarningMessage, error: showErrorMessage };
  show[severity](message, ...buttons.map(({ title }) => title)).then((chosen) => {
    void buttons.find(({ title }) => title === chosen)?.act();
  });
}

/** Says what went wrong, with a button for each remedy. */
export function showFailure(explanation: Explanation, requestId: string | undefined): void {
  const copy = requestId === undefined ? [] : [copyRequestId(requestId)];
  showMessage('error', sentencesOf(explanation), [...explanation.remedies.map(remedyButton), ...copy]);
}

export function copyRequestId(requestId: string): Button {
  return { title: 'Copy Request ID', act: () => vscode.env.clipboard.writeText(requestId) };
}

/** Opens a text that is in no file, to be read and searched. */
export function openTextButton(title: string, shown: ShownText): Button {
  return { title, act: () => showText(shown) };
}

export function remedyButton(remedy: Remedy): Button {
  return { title: remedy.title, act: () => applyRemedy(remedy) };
}

export function applyRemedy(remedy: Remedy): Thenable<unknown> {
  const { command } = remedy;
  return 'argument' in remedy
    ? vscode.commands.executeCommand(command, remedy.argument)
    : vscode.commands.executeCommand(command);
}
