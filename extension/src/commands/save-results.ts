import * as vscode from 'vscode';
import { showMessage } from '../failures/show-message.ts';
import { textAt } from '../failures/show-text.ts';
import { plain } from '../plain-text.ts';

/** Saves the results that are shown as CSV, where the user says. VS Code passes the address of the editor. */
export async function saveResults(argument?: unknown): Promise<undefined> {
  const editor = vscode.window.activeTextEditor?.document.uri;
  const shown = textAt(argument instanceof vscode.Uri ? argument : editor);
  if (shown?.csv === undefined) {
    showMessage(
      'warning',
      'There are no results to save here. Open them again, and save them from their editor.',
    );
    return undefined;
  }
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const name = shown.name.replace(/\.\w+$/, '.csv');
  const target = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
    filters: { CSV: ['csv'] },
    title: 'Save Results as CSV',
  });
  if (!target) return undefined;
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(shown.csv));
    await vscode.window.showTextDocument(target);
  } catch {
    showMessage('error', `${plain(target.path, 200)} could not be written. Choose another folder.`, [
      { title: 'Save as CSV…', act: () => saveResults(argument) },
    ]);
  }
  return undefined;
}
