import * as vscode from 'vscode';
import { countRows } from '../../../shared/imports/count-rows.ts';
import {
  isToMend,
  type ResultLine,
  type RowResult,
  resultsCsv,
  resultsFile,
  toMendFile,
} from '../../../shared/imports/result-files.ts';
import { freeResultName, resultNames } from '../../../shared/imports/result-names.ts';
import type { ImportResult } from '../contributions.ts';
import type { Button } from '../failures/buttons.ts';
import { showMessage } from '../failures/show-message.ts';
import type { ShownText } from '../failures/show-text.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { importResultsText } from '../imports/import-results-text.ts';
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
      ? ' Check the rows with an unknown outcome in the Pearsana portal, then mark them as resolved in Activity.'
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

/** What became of each row, as a page for an editor: a message is soon gone. The manifest offers to save it, by its name. */
export function importResultsPage(
  { name, environment, key, more = '' }: { name: string; environment: string; key: string; more?: string },
  lines: readonly ResultLine[],
): ShownText {
  const title = `Import of ${plain(name, 80)}`;
  const counts = stateCountWords(countRows(lines));
  return {
    name: `${title}.txt`,
    text: importResultsText(`${title} into ${plain(environment, 60)}: ${counts}${more}`, lines),
    csv: resultsCsv(lines),
    key: `import ${key}`,
  };
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
  const { fs } = vscode.workspace;
  const at = (each: string) => vscode.Uri.joinPath(folder, each);
  try {
    // Undefined is for what is not there. What is there and cannot be read is somebody's all the same.
    const free = await freeResultName(name, content, (each) =>
      fs.stat(at(each)).then(
        () => fs.readFile(at(each)).then(undefined, () => new Uint8Array()),
        () => undefined,
      ),
    );
    if (!free.isThere) await fs.writeFile(at(free.name), content);
    await vscode.window.showTextDocument(at(free.name));
  } catch {
    showMessage(
      'error',
      `${plain(name, 80)} could not be written to ${plain(folder.path, 200)}. Choose another folder.`,
      [{ title: 'Choose a Folder…', act: () => save(source, name, content) }],
    );
  }
}
