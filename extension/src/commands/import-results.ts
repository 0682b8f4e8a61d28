import * as vscode from 'vscode';
import { isToMend, type RowResult, resultsFile, toMendFile } from '../../../shared/imports/result-files.ts';
import { resultNames } from '../../../shared/imports/result-names.ts';
import type { ImportResult } from '../contributions.ts';
import type { Button } from '../failures/buttons.ts';
import { showMessage } from '../failures/show-message.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { stateCountWords } from '../imports/import-words.ts';
import { plain } from '../plain-text.ts';
import type { RosterSource } from './roster-source.ts';

/** All of an import that has ended. */
export type EndedImport = {
  source: RosterSource;
  file: ImportFile;
  results: readonly RowResult[];
  result: ImportResult;
  /** Reviews what was done before once more, to send it again. */
  sendAgain?: (() => unknown) | undefined;
};

/** Says what became of the rows, in numbers; the files are one click away. */
export function showImportResults({ source, file, results, result, sendAgain }: EndedImport): void {
  const { counts, end, environment, error } = result;
  const isStopped = error?.code === 'IMPORT_STOPPED';
  const ends = {
    finished: '',
    stopped: isStopped
      ? ' It was stopped in another window or on another machine.'
      : ` It was stopped: ${plain(error?.message ?? '')}`,
    cancelled: ' You stopped it.',
  };
  const isWhole = counts.succeeded + counts.known === results.length;
  const more = isWhole || end === 'finished' ? '' : ' Import the same file again to send what is left.';
  const unknown =
    counts.unknown > 0
      ? ' Check the rows with an unknown outcome in the Pearsana portal, then mark them in Activity.'
      : '';
  const nothingSent = counts.known + counts.invalid === results.length;
  const [from, to] = [plain(source.name, 80), plain(environment, 60)];
  const deed = nothingSent ? `Nothing in ${from} is left to send to ${to}` : `Imported ${from} into ${to}`;
  const words = `${deed}: ${stateCountWords(counts)}.${ends[end]}${more}${unknown}`;
  const names = resultNames(source.name, file.roster);
  const buttons: Button[] = [];
  if (results.some(isToMend)) {
    buttons.push({
      title: 'Save Rows to Mend…',
      act: () => save(source, names.toMend, toMendFile(file.roster, results, source.name)),
    });
  }
  buttons.push({
    title: 'Save Results…',
    act: () => save(source, names.results, resultsFile(file.roster, results)),
  });
  if (sendAgain) buttons.push({ title: 'Send Again…', act: sendAgain });
  showMessage(error && !isStopped ? 'error' : isWhole ? 'information' : 'warning', words, buttons);
}

/** Into the folder that the user picks, under a name that tells where it comes from. */
async function save(source: RosterSource, name: string, content: Uint8Array): Promise<void> {
  const { uri, folder: beside } = source;
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Save Here',
    title: `Choose a folder for ${plain(name, 80)}`,
    ...(uri.scheme !== 'untitled' && { defaultUri: beside }),
  });
  const [folder] = picked ?? [];
  if (!folder) return;
  const target = vscode.Uri.joinPath(folder, name);
  try {
    await vscode.workspace.fs.writeFile(target, content);
    await vscode.window.showTextDocument(target);
  } catch {
    showMessage('error', `${plain(target.path, 200)} could not be written. Choose another folder.`, [
      { title: 'Choose a Folder…', act: () => save(source, name, content) },
    ]);
  }
}
