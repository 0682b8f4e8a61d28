import * as vscode from 'vscode';
import { base64 } from '../documents/base64.ts';
import { type Given, type Source, sourceOf } from '../documents/document.ts';
import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';

/** The files that a menu of the explorer gives: the one that was clicked, and all that are selected. */
export function explorerFiles(argument: unknown, more: unknown): vscode.Uri[] | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  const selected = Array.isArray(more) ? more.filter((each) => each instanceof vscode.Uri) : [];
  return selected.length > 0 ? selected : [argument];
}

/** What a program gave; without any, the files that the user picks, and nothing when the user gave up. */
export async function sourcesOf(given: readonly Given[]): Promise<Source[] | undefined> {
  const [first] = given;
  if (first && (first.uri !== undefined || first.file !== undefined)) {
    return Promise.all(
      given.map((each, index) => {
        const { uri, file = '' } = each;
        return uri === undefined
          ? sourceOf({ ...each, file }, index)
          : sourceAt(vscode.Uri.parse(uri, true), each);
      }),
    );
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Submit',
    title: 'Choose documents for Pearsana',
  });
  return picked && Promise.all(picked.map((uri) => sourceAt(uri, picked.length === 1 ? first : undefined)));
}

/** @throws CommandError when there is no file. */
export async function sourceAt(uri: vscode.Uri, { filename, itemId }: Partial<Given> = {}): Promise<Source> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const { type, size, mtime } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.File) === 0)
    throw new CommandError('FILE_NOT_USABLE', `${plain(name, 80)} is not a file. Nothing was sent.`);
  return {
    name: filename ?? name,
    filename: filename ?? name,
    bytes: size,
    modified: mtime,
    uri: uri.toString(),
    ...(itemId !== undefined && { itemId }),
  };
}

/**
 * The file as base64.
 * @throws CommandError when it is no longer the one that was reviewed.
 */
export async function readSource({ name, uri, file, bytes, modified }: Source): Promise<string> {
  if (uri === undefined) return file ?? '';
  const at = vscode.Uri.parse(uri, true);
  const { mtime } = await vscode.workspace.fs.stat(at);
  const content = await vscode.workspace.fs.readFile(at);
  if (mtime === modified && content.length === bytes) return base64(content);
  throw new CommandError('FILE_NOT_USABLE', `${plain(name, 80)} was changed after the review.`);
}
