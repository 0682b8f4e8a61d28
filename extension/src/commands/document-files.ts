import * as vscode from 'vscode';
import { base64 } from '../../../shared/base64.ts';
import { type Given, type LeftOut, type Source, sourceOf } from '../documents/document.ts';
import { CommandError } from '../failures/command-failure.ts';
import { plain } from '../plain-text.ts';

/** The files and folders that a menu of the explorer gives: the one that was clicked, and all that are selected. */
export function explorerFiles(argument: unknown, more: unknown): vscode.Uri[] | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  const selected = Array.isArray(more) ? more.filter((each) => each instanceof vscode.Uri) : [];
  return selected.length > 0 ? selected : [argument];
}

/** Files, and what was found beside them that is none. */
export type Sources = { sources: Source[]; leftOut: LeftOut[] };

/** What a program gave; without any, the files that the user picks, and nothing when the user gave up. */
export async function sourcesOf(given: readonly Given[]): Promise<Sources | undefined> {
  const [first] = given;
  if (first && (first.uri !== undefined || first.file !== undefined)) {
    const sources = given.map((each, index) => {
      const { uri, file = '' } = each;
      return uri === undefined
        ? sourceOf({ ...each, file }, index)
        : sourceAt(vscode.Uri.parse(uri, true), each);
    });
    return { sources: await Promise.all(sources), leftOut: [] };
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Submit',
    title: 'Choose documents for Pearsana',
  });
  if (!picked) return undefined;
  const sources = picked.map((uri) => sourceAt(uri, picked.length === 1 ? first : undefined));
  return { sources: await Promise.all(sources), leftOut: [] };
}

/** What an operating system leaves in folders, and nobody means to submit. */
const unmeant = /^(\.|thumbs\.db$|desktop\.ini$)/i;

/** What is selected in the explorer: each file once, and of each folder the files that are directly in it. */
export async function sourcesAt(uris: readonly vscode.Uri[]): Promise<Sources> {
  const files = new Map<string, vscode.Uri>();
  const leftOut: LeftOut[] = [];
  for (const uri of uris) {
    const { type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) === 0) {
      files.set(uri.toString(), uri);
      continue;
    }
    const entries = (await vscode.workspace.fs.readDirectory(uri))
      .filter(([name]) => !unmeant.test(name))
      .sort(([one], [other]) => one.localeCompare(other, undefined, { numeric: true }));
    for (const [name, kind] of entries) {
      const file = vscode.Uri.joinPath(uri, name);
      if ((kind & vscode.FileType.File) !== 0) files.set(file.toString(), file);
      else leftOut.push({ name, why: 'is a subfolder: submit it separately' });
    }
    if (entries.length === 0) leftOut.push({ name: nameOf(uri), why: 'has no files' });
  }
  const sources = [...files.values()].map((uri) => sourceAt(uri));
  return { sources: await Promise.all(sources), leftOut };
}

/** The last part of a file's address. */
export function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** @throws CommandError when there is no file. */
async function sourceAt(uri: vscode.Uri, { filename, itemId }: Partial<Given> = {}): Promise<Source> {
  const name = nameOf(uri);
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
