import * as vscode from 'vscode';
import { base64 } from '../../../shared/base64.ts';
import { byteWords } from '../../../shared/byte-words.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { fileField } from '../../../shared/imports/columns.ts';
import type { Fault } from '../../../shared/imports/fault.ts';
import { largestFile } from '../../../shared/imports/file-text.ts';
import { CommandError } from '../failures/command-failure.ts';
import type { WizardInput } from '../forms/step.ts';
import { plain } from '../plain-text.ts';
import { askForFolder } from './ask-for-folder.ts';
import { nameOf } from './document-files.ts';

/** What is imported: a file with rows, or a folder whose documents are the rows. */
export type RosterSource = {
  uri: vscode.Uri;
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  isFolder: boolean;
  /** Where the files are that the rows name. */
  folder: vscode.Uri;
  /** How many files of a folder are left out, because their names hold no id. */
  leftOut: number;
};

/**
 * What was clicked or named; else the file that the user picks. Undefined when the user gave up.
 * @throws CommandError when it cannot be read.
 */
export async function chooseSource(
  given: vscode.Uri | undefined,
  input: WizardInput,
  deed: 'Import' | 'Check',
): Promise<RosterSource | undefined> {
  const uri = given ?? (await pickFile(deed));
  if (!uri) return undefined;
  const name = nameOf(uri);
  // A file that was never saved is in no folder.
  const folder = uri.scheme === 'untitled' ? uri : vscode.Uri.joinPath(uri, '..');
  const source = { uri, name, isFolder: false, folder, leftOut: 0 };
  const edited = editedBytes(uri);
  if (edited) return { ...source, bytes: edited };
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      const rows = await askForFolder(uri, name, input);
      return rows && { ...source, ...rows, isFolder: true, folder: uri };
    }
    if (size > largestFile) throw tooLarge(size);
    return { ...source, bytes: new Uint8Array(await vscode.workspace.fs.readFile(uri)) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError('IMPORT_NOT_USABLE', `${plain(name, 80)} cannot be read.`);
  }
}

/** What the editor shows is what is meant. Undefined where that is what is on the disk. */
function editedBytes(uri: vscode.Uri): Uint8Array<ArrayBuffer> | undefined {
  const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  return open && (open.isDirty || open.isUntitled) ? new TextEncoder().encode(open.getText()) : undefined;
}

/** A file that was imported before. @throws where it is gone. */
export async function readAgain(uri: vscode.Uri): Promise<Uint8Array<ArrayBuffer>> {
  return editedBytes(uri) ?? new Uint8Array(await vscode.workspace.fs.readFile(uri));
}

async function pickFile(deed: 'Import' | 'Check'): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    openLabel: deed,
    title: `Choose a file to ${deed.toLowerCase()}`,
    filters: { 'CSV or JSON': ['csv', 'tsv', 'txt', 'json'] },
  });
  return picked?.[0];
}

function tooLarge(size: number): CommandError {
  return new CommandError(
    'IMPORT_NOT_USABLE',
    `The file is ${byteWords(size)}; the limit is ${byteWords(largestFile, 'exact')}. Split it into several files.`,
  );
}

/** What is wrong with the document that a row names, before anything is sent. */
export function documentFaults(
  { folder }: RosterSource,
  operation: ImportOperation,
  largest: number,
): ((row: CheckedRow) => Promise<Fault[]>) | undefined {
  if (operation !== 'submitDocument') return undefined;
  return async ({ line, draft }) => {
    const name = draft[fileField];
    if (typeof name !== 'string') return [];
    const message = await faultOf(documentAt(folder, name), name, largest);
    return message === undefined ? [] : [{ line, message }];
  };
}

async function faultOf(uri: vscode.Uri, name: string, largest: number): Promise<string | undefined> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    // A link may lead out of the folder.
    if (type !== vscode.FileType.File) return `“${name}” is not a file, or only a link to one.`;
    if (size === 0) return `“${name}” is empty.`;
    return size > largest
      ? `“${name}” is ${byteWords(size)}; the limit is ${byteWords(largest, 'exact')}.`
      : undefined;
  } catch {
    return `There is no file “${name}” in the folder of this file.`;
  }
}

/** In the folder or below it; that the name stays there has been checked. */
export function documentAt(folder: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.joinPath(folder, ...name.split(/[/\\]/));
}

/** The request of a row; a document's file is read for it. */
export function requestMaker({ folder }: RosterSource): (row: CheckedRow) => Promise<unknown> {
  return async ({ draft }) => {
    const name = draft[fileField];
    if (typeof name !== 'string') return draft;
    const uri = documentAt(folder, name);
    const { type } = await vscode.workspace.fs.stat(uri);
    if (type !== vscode.FileType.File) throw new Error(`${name} is not a file.`);
    const content = await vscode.workspace.fs.readFile(uri);
    return { ...draft, [fileField]: base64(content), filename: draft.filename ?? nameOf(uri) };
  };
}
