import * as vscode from 'vscode';
import { plain } from '../plain-text.ts';
import { type Button, buttonsThatFit, detailsOf } from './buttons.ts';
import { type CommandFailure, traceableId } from './command-failure.ts';
import { type Explanation, sentencesOf } from './explain-failure.ts';
import type { Remedy } from './remedies.ts';
import { type ShownText, showText } from './show-text.ts';

type Severity = 'information' | 'warning' | 'error';

/** Shows a message with its buttons, and those that don't fit behind *Details*. Nobody waits for the click. */
export function showMessage(severity: Severity, message: string, buttons: readonly Button[] = []): void {
  const showDetails = () => show(severity, message, buttons, { modal: true, detail: detailsOf(buttons) });
  show(severity, message, buttonsThatFit(buttons, showDetails), {});
}

function show(
  severity: Severity,
  message: string,
  buttons: readonly Button[],
  options: vscode.MessageOptions,
): void {
  const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
  const ways = { information: showInformationMessage, warning: showWarningMessage, error: showErrorMessage };
  ways[severity](message, options, ...buttons.map(({ title }) => title)).then((chosen) => {
    void buttons.find(({ title }) => title === chosen)?.act();
  });
}

/**
 * Failures that pass by themselves, or by what somebody does elsewhere; the views and the status bar show how it is now. VS Code
 * keeps an error with buttons until it is closed, long after it was true, and lets a warning go.
 */
const passing = new Set([
  ...['BFF_UNREACHABLE', 'SHUTTING_DOWN', 'BUSY', 'BACKEND_CHANGED', 'BACKEND_URL_INVALID'],
  ...['NOT_SIGNED_IN', 'SIGN_IN_EXPIRED', 'SIGN_IN_TIMED_OUT', 'UNAUTHORIZED'],
]);

/** Says what went wrong, with a button for each remedy. */
export function showFailure(explanation: Explanation, failure: CommandFailure): void {
  const id = traceableId(failure);
  const copy = id === undefined ? [] : [{ ...copyRequestId(id), detail: failureDetail(failure, id) }];
  // What became of a write is never passed over.
  const severity = passing.has(failure.code) && failure.outcome === undefined ? 'warning' : 'error';
  showMessage(severity, sentencesOf(explanation), [...explanation.remedies.map(remedyButton), ...copy]);
}

function failureDetail({ code, environment }: CommandFailure, requestId: string): string {
  const where = environment === undefined ? '' : `Environment ${plain(environment, 60)}\n`;
  return `${where}Error code ${plain(code, 60)}\n${requestWords(requestId)}`;
}

export function copyRequestId(requestId: string): Button {
  const act = () => vscode.env.clipboard.writeText(requestId);
  return { title: 'Copy Request ID', act, detail: requestWords(requestId) };
}

/** @param facts are shown with the id: whom it is for, and when it was sent. */
export function copyMadeId(id: string, facts: string): Button {
  const act = () => vscode.env.clipboard.writeText(id);
  return { title: 'Copy Pearsana’s ID', act, detail: `${facts}\nPearsana’s id ${plain(id, 128)}` };
}

function requestWords(requestId: string): string {
  return `Request ${plain(requestId, 128)}`;
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
