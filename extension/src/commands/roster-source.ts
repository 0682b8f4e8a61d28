import * as vscode from 'vscode';
import { byteWords } from '../../../shared/byte-words.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { fileField } from '../../../shared/imports/columns.ts';
import type { Fault } from '../../../shared/imports/fault.ts';
import { largestFile } from '../../../shared/imports/file-text.ts';
import type { Roster } from '../../../shared/imports/roster.ts';
import { base64 } from '../documents/base64.ts';
import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';

/** The last part of a file's address. */
export const nameOf = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);

/** The file that was clicked or named; else the one that the user picks, and nothing when the user gave up. */
export async function chooseRoster(given: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (given) return given;
  const picked = await vscode.window.showOpenDialog({
    openLabel: 'Import',
    title: 'Choose a file to import',
    filters: { 'CSV or JSON': ['csv', 'tsv', 'txt', 'json'] },
  });
  return picked?.[0];
}

/**
 * The bytes of a file; of one that is open with changes, what the editor shows.
 * @throws CommandError when there is no such file.
 */
export async function readRosterBytes(uri: vscode.Uri): Promise<Uint8Array<ArrayBuffer>> {
  const open = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (open && (open.isDirty || open.isUntitled)) return new TextEncoder().encode(open.getText());
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > largestFile) throw tooLarge(size);
    return new Uint8Array(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError('IMPORT_NOT_USABLE', `${plain(nameOf(uri), 80)} cannot be read.`);
  }
}

function tooLarge(size: number): CommandError {
  return new CommandError(
    'IMPORT_NOT_USABLE',
    `The file is ${byteWords(size)}; the limit is ${byteWords(largestFile, 'exact')}. Split it into several files.`,
  );
}

/** What is wrong with the document that a row names, before anything is sent. */
export function documentFaults(
  roster: vscode.Uri,
  operation: ImportOperation,
  largest: number,
): ((row: CheckedRow) => Promise<Fault[]>) | undefined {
  if (operation !== 'submitDocument') return undefined;
  return async ({ line, draft }) => {
    const name = draft[fileField];
    if (typeof name !== 'string') return [];
    const message = await faultOf(documentAt(roster, name), name, largest);
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

/** Beside the roster or below it; that the name stays there has been checked. */
function documentAt(roster: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.joinPath(roster, '..', ...name.split(/[/\\]/));
}

/** The request of a row; a document's file is read for it. */
export function requestMaker(roster: vscode.Uri): (row: CheckedRow) => Promise<unknown> {
  return async ({ draft }) => {
    const name = draft[fileField];
    if (typeof name !== 'string') return draft;
    const uri = documentAt(roster, name);
    const { type } = await vscode.workspace.fs.stat(uri);
    if (type !== vscode.FileType.File) throw new Error(`${name} is not a file.`);
    const content = await vscode.workspace.fs.readFile(uri);
    return { ...draft, [fileField]: base64(content), filename: draft.filename ?? nameOf(uri) };
  };
}

/** Where files about this one belong: `roster-results.csv` stands beside `roster.csv`. */
export function fileBeside(folder: vscode.Uri, roster: vscode.Uri, suffix: string): vscode.Uri {
  return vscode.Uri.joinPath(folder, nameOf(roster).replace(/\.\w+$/, '') + suffix);
}

/** As the roster is written, so is the file of its rows to correct. */
export const toMendSuffix = ({ format }: Pick<Roster, 'format'>): string => `-to-mend.${format}`;
