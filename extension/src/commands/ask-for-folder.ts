import * as vscode from 'vscode';
import { folderRows, guessPattern } from '../../../shared/imports/document-folder.ts';
import { CommandError } from '../failures/command-failure.ts';
import type { WizardInput } from '../forms/step.ts';
import { runWizard } from '../forms/wizard.ts';
import { type FolderDraft, folderSteps } from '../imports/folder-steps.ts';
import { plain } from '../plain-text.ts';

/**
 * The rows that stand for a folder's documents, by a pattern of their names that the user sees and may correct. Undefined
 * when the user gave up.
 * @throws CommandError when the folder has no files.
 */
export async function askForFolder(
  uri: vscode.Uri,
  folder: string,
  input: WizardInput,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; leftOut: number } | undefined> {
  const entries = await vscode.workspace.fs.readDirectory(uri);
  const names = entries
    .filter(([name, type]) => type === vscode.FileType.File && !name.startsWith('.'))
    .map(([name]) => name)
    .sort();
  if (names.length === 0)
    throw new CommandError('IMPORT_NOT_USABLE', `The folder ${plain(folder, 80)} has no files.`);
  const answered = await runWizard<FolderDraft>(
    {
      title: plain(`Import ${folder}`, 120),
      draft: { pattern: guessPattern(names) ?? '{id}.pdf' },
      steps: () => folderSteps(names),
    },
    input,
  );
  if (!answered) return undefined;
  const { csv, unfit } = folderRows(names, answered.pattern);
  return { bytes: new TextEncoder().encode(csv), leftOut: unfit.length };
}
