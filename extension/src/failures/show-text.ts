import * as vscode from 'vscode';

/**
 * A text that is in no file, and what it is as CSV where it is a table. `key` names what it is about: then it has one tab,
 * however often it is shown.
 */
export type ShownText = { name: string; text: string; csv?: string; key?: string };

const scheme = 'pearsana';
/** The oldest are forgotten: they hold people's ids, and a window may be open for weeks. */
const mostTexts = 20;

const texts = new Map<string, ShownText>();
let shownSoFar = 0;
const changes = new vscode.EventEmitter<vscode.Uri>();

/** Lets VS Code read the texts of {@link showText}, which nobody can change and nothing asks to save. */
export function registerTexts(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changes.event,
    provideTextDocumentContent: (uri) =>
      textAt(uri)?.text ?? 'This text was only kept while its window was open.',
  });
}

/** @param shown.name is shown in the tab; its ending says how the text is coloured. */
export async function showText(shown: ShownText): Promise<void> {
  await vscode.window.showTextDocument(replaceText(shown) ?? newText(shown), { preview: true });
}

function newText(shown: ShownText): vscode.Uri {
  shownSoFar += 1;
  // One tab for each, however many have the same name.
  const uri = vscode.Uri.from({ scheme, authority: String(shownSoFar), path: `/${shown.name}` });
  texts.set(uri.toString(), shown);
  const [oldest] = texts.keys();
  if (texts.size > mostTexts && oldest !== undefined) texts.delete(oldest);
  return uri;
}

/** Shows what is known by now in the tab that a text of this key has. Nothing is opened. */
export function replaceText(shown: ShownText): vscode.Uri | undefined {
  const place = placeOf(shown.key);
  if (place === undefined) return undefined;
  texts.set(place, shown);
  const uri = vscode.Uri.parse(place, true);
  changes.fire(uri);
  return uri;
}

/** Whether a text of this key was shown and is still known. */
export const isTextKnown = (key: string) => placeOf(key) !== undefined;

function placeOf(key: string | undefined): string | undefined {
  return key === undefined ? undefined : [...texts].find(([, shown]) => shown.key === key)?.[0];
}

/** What is shown at an address; nothing where it is not one of ours, or was forgotten. */
export function textAt(uri: vscode.Uri | undefined): ShownText | undefined {
  return uri && texts.get(uri.toString());
}
