import * as vscode from 'vscode';
import { type Explanation, sentencesOf } from './explain-failure.ts';
import type { NextStep } from './next-step.ts';

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

/** Says what went wrong, with a button for each next step. Nobody waits for the click. */
export function showFailure(explanation: Explanation, requestId: string | undefined): void {
  const { steps } = explanation;
  const buttons = [...steps.map(({ title }) => title), ...(requestId === undefined ? [] : [copyRequestId])];
  vscode.window.showErrorMessage(sentencesOf(explanation), ...buttons).then((chosen) => {
    if (chosen === copyRequestId && requestId !== undefined) void vscode.env.clipboard.writeText(requestId);
    const step = steps.find(({ title }) => title === chosen);
    if (step) void take(step);
  });
}

export function take(step: NextStep): Thenable<unknown> {
  const { command } = step;
  return 'argument' in step
    ? vscode.commands.executeCommand(command, step.argument)
    : vscode.commands.executeCommand(command);
}
