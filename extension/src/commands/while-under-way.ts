import * as vscode from 'vscode';
import type { Environment } from '../../../shared/environments.ts';
import { plain } from '../plain-text.ts';

/** Says in the status bar that something is under way in a protected environment, from the first question to the answer. */
export async function whileUnderWay<Result>(
  { name, protected: isProtected }: Environment,
  title: string,
  act: () => Promise<Result>,
): Promise<Result> {
  if (!isProtected) return act();
  const item = vscode.window.createStatusBarItem('underWay', vscode.StatusBarAlignment.Left, 1_000);
  item.name = 'Pearsana: Under Way';
  item.text = `$(shield) ${plain(`${title} · ${name}`, 60)}`;
  item.tooltip = `${plain(title)} is under way in ${plain(name, 60)}, which reaches real people.`;
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  item.show();
  try {
    return await act();
  } finally {
    item.dispose();
  }
}
