import * as vscode from 'vscode';
import { backendFolderSetting } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';

/** The name in the package.json of the BFF's repository. */
const packageName = 'pearsana-partner-tools';

/**
 * The folder of the BFF's repository: the one in the setting, else one that is open, else one that the user chooses, which is
 * remembered. Undefined after Escape.
 * @throws CommandError where the folder that was set or chosen is another one.
 */
export async function findBackendFolder(): Promise<vscode.Uri | undefined> {
  // No workspace can set it: what is started must not be chosen by whoever wrote the folder that is open.
  const configuration = vscode.workspace.getConfiguration();
  const path = String(configuration.get(backendFolderSetting) ?? '').trim();
  if (path) return requireBackend(vscode.Uri.file(path), `${backendFolderSetting} names`);
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) if (await isBackend(uri)) return uri;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: 'Choose the folder of the BFF repository',
      openLabel: 'Start the BFF',
    })) ?? [];
  if (!chosen) return undefined;
  const folder = await requireBackend(chosen, 'You chose');
  await configuration.update(backendFolderSetting, folder.fsPath, vscode.ConfigurationTarget.Global);
  return folder;
}

async function requireBackend(folder: vscode.Uri, whence: string): Promise<vscode.Uri> {
  if (await isBackend(folder)) return folder;
  throw new CommandError(
    'BFF_NOT_STARTED',
    `${whence} ${plain(folder.fsPath, 200)}, which is not the BFF repository.`,
  );
}

async function isBackend(folder: vscode.Uri): Promise<boolean> {
  // A program runs in a folder of its own machine.
  if (folder.scheme !== 'file') return false;
  try {
    const file = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'package.json'));
    return JSON.parse(new TextDecoder().decode(file)).name === packageName;
  } catch {
    return false;
  }
}
