import * as vscode from 'vscode';

/** A text that is in no file, and what it is as CSV where it is a table. */
export type ShownText = { name: string; text: string; csv?: string };

const scheme = 'pearsana';
/** The oldest are forgotten: they hold people's ids, and a window may be open for weeks. */
const mostTexts = 20;

const texts = new Map<string, ShownText>();
let shownSoFar = 0;

/** Lets VS Code read the texts of {@link showText}, which nobody can change and nothing asks to save. */
export function registerTexts(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) =>
      textAt(uri)?.text ?? 'This text was only kept while its window was open.',
  });
}

/** @param shown.name is shown in the tab; its ending says how the text is coloured. */
export async function showText(shown: ShownText): Promise<void> {
  shownSoFar += 1;
  // One tab for each, however many have the same name.
  const uri = vscode.Uri.from({ scheme, authority: String(shownSoFar), path: `/${shown.name}` });
  texts.set(uri.toString(), shown);
  const [oldest] = texts.keys();
  if (texts.size > mostTexts && oldest !== undefined) texts.delete(oldest);
  await vscode.window.showTextDocument(uri, { preview: true });
}

/** What is shown at an address; nothing where it is not one of ours, or was forgotten. */
export function textAt(uri: vscode.Uri | undefined): ShownText | undefined {
  return uri && texts.get(uri.toString());
}
