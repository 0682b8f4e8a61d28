import * as vscode from 'vscode';
import { isToMend, type RowResult, resultsFile, toMendFile } from '../../../shared/imports/result-files.ts';
import type { ImportResult } from '../contributions.ts';
import { type Button, showMessage } from '../failures/show-message.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { countWords } from '../imports/import-words.ts';
import { plain } from '../plain-text.ts';
import { fileBeside, nameOf, toMendSuffix } from './roster-source.ts';

/** All of an import that has ended. */
export type EndedImport = {
  uri: vscode.Uri;
  file: ImportFile;
  results: readonly RowResult[];
  result: ImportResult;
};

/** Says what became of the rows, in numbers; the files are one click away. */
export function showImportResults({ uri, file, results, result }: EndedImport): void {
  const { counts, end, environment, error } = result;
  const ends = {
    finished: '',
    stopped: ` It was stopped: ${plain(error?.message ?? '')}`,
    cancelled: ' You stopped it.',
  };
  const isWhole = counts.succeeded + counts.known === results.length;
  const more = isWhole || end === 'finished' ? '' : ' Import the same file again to send what is left.';
  const unknown =
    counts.unknown > 0
      ? ' Check the rows with an unknown outcome in the Pearsana portal, then mark them in Activity.'
      : '';
  const words = `Imported ${plain(nameOf(uri), 80)} into ${plain(environment, 60)}: ${countWords(counts)}.${ends[end]}${more}${unknown}`;
  const buttons: Button[] = [
    { title: 'Save Results…', act: () => save(uri, '-results.csv', resultsFile(results)) },
  ];
  if (results.some(isToMend)) {
    const suffix = toMendSuffix(file.roster);
    buttons.push({
      title: 'Save Rows to Correct…',
      act: () => save(uri, suffix, toMendFile(file.roster, results)),
    });
  }
  showMessage(error ? 'error' : isWhole ? 'information' : 'warning', words, buttons);
}

/** Into the folder that the user picks, under a name that tells where it comes from. */
async function save(roster: vscode.Uri, suffix: string, text: string): Promise<void> {
  const isSaved = roster.scheme !== 'untitled';
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Save Here',
    title: `Choose a folder for ${plain(fileBeside(roster, roster, suffix).path.split('/').at(-1) ?? '', 80)}`,
    ...(isSaved && { defaultUri: vscode.Uri.joinPath(roster, '..') }),
  });
  const [folder] = picked ?? [];
  if (!folder) return;
  const target = fileBeside(folder, roster, suffix);
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    await vscode.window.showTextDocument(target);
  } catch {
    showMessage('error', `${plain(target.path, 200)} could not be written. Choose another folder.`, [
      { title: 'Choose a Folder…', act: () => save(roster, suffix, text) },
    ]);
  }
}
