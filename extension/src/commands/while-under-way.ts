import * as vscode from 'vscode';
import type { Environment } from '../../../shared/environments.ts';
import { plain } from '../plain-text.ts';

type UnderWay = { title: string; name: string };

/** An import may take an hour, while somebody is invited. */
const underWay = new Set<UnderWay>();
let item: vscode.StatusBarItem | undefined;

/** Says in the status bar that something is under way in a protected environment, from the first question to the answer. */
export async function whileUnderWay<Result>(
  { name, protected: isProtected }: Environment,
  title: string,
  act: () => Promise<Result>,
): Promise<Result> {
  if (!isProtected) return act();
  const own = { title, name };
  underWay.add(own);
  show();
  try {
    return await act();
  } finally {
    underWay.delete(own);
    show();
  }
}

function show(): void {
  const all = [...underWay];
  const newest = all.at(-1);
  if (!newest) {
    item?.dispose();
    item = undefined;
    return;
  }
  item ??= vscode.window.createStatusBarItem('underWay', vscode.StatusBarAlignment.Left, 1_000);
  item.name = 'Pearsana: Under Way';
  const more = all.length > 1 ? ` · ${all.length - 1} more` : '';
  item.text = `$(shield) ${plain(`${newest.title} · ${newest.name}`, 60)}${more}`;
  item.tooltip = all
    .map(
      ({ title, name }) => `${plain(title)} is under way in ${plain(name, 60)}, which reaches real people.`,
    )
    .join('\n');
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  item.show();
}
