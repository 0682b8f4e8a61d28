import * as vscode from 'vscode';
import { type Explanation, sentencesOf } from './explain-failure.ts';
import type { Remedy } from './remedies.ts';

const copyRequestId = 'Copy Request ID';
const openAnswer = 'Open Answer';

/** Says that something went well. Nobody waits for the click. */
export function showResult(message: string, requestId: string): void {
  vscode.window.showInformationMessage(message, copyRequestId).then((chosen) => {
    if (chosen === copyRequestId) void vscode.env.clipboard.writeText(requestId);
  });
}

/** Says that a write went well. The answer itself is shown only to whoever asks for it. */
export function showAnswer(message: string, answer: { requestId: string }): void {
  vscode.window.showInformationMessage(message, copyRequestId, openAnswer).then((chosen) => {
    if (chosen === copyRequestId) void vscode.env.clipboard.writeText(answer.requestId);
    if (chosen === openAnswer) void openAsDocument(answer);
  });
}

async function openAsDocument(answer: object): Promise<void> {
  await openText(JSON.stringify(answer, undefined, 2), 'json');
}

/** Opens a text that lies nowhere, to be read, searched and saved. */
export async function openText(content: string, language = 'plaintext'): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language, content }));
}

/** Says what went wrong, with a button for each remedy. Nobody waits for the click. */
export function showFailure(explanation: Explanation, requestId: string | undefined): void {
  const { remedies } = explanation;
  const buttons = [
    ...remedies.map(({ title }) => title),
    ...(requestId === undefined ? [] : [copyRequestId]),
  ];
  vscode.window.showErrorMessage(sentencesOf(explanation), ...buttons).then((chosen) => {
    if (chosen === copyRequestId && requestId !== undefined) void vscode.env.clipboard.writeText(requestId);
    const remedy = remedies.find(({ title }) => title === chosen);
    if (remedy) void applyRemedy(remedy);
  });
}

/** Does what a button says. */
export function applyRemedy(remedy: Remedy): Thenable<unknown> {
  const { command } = remedy;
  return 'argument' in remedy
    ? vscode.commands.executeCommand(command, remedy.argument)
    : vscode.commands.executeCommand(command);
}
